// mocha lets unhandled rejections pass: a test during which one happens fails here.

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

export const mochaHooks = {
  async afterEach(): Promise<void> {
    // Node reports them once the microtasks of the turn are done.
    await new Promise((resolve) => setImmediate(resolve));
    const [first] = unhandled.splice(0);
    if (first !== undefined) {
      throw new Error('a promise was rejected and nobody handled it', { cause: first });
    }
  },
};
