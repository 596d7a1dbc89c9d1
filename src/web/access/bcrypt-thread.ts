// One bcrypt comparison in a thread of its own: bcryptjs would hold the event loop for 100 ms at a time, so that
// wrong passwords alone could stop collections and scrapes.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

// Text instead of a file, so that it runs the same from compiled code and from TypeScript sources.
const CODE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { compareSync } = require(workerData.bcryptjs);
  parentPort.postMessage(compareSync(workerData.password, workerData.hash));
`;
const BCRYPTJS = createRequire(import.meta.url).resolve('bcryptjs');

/** Rejects when the thread fails. The thread ends with its answer. */
export async function bcryptMatches(password: string, hash: string): Promise<boolean> {
  const worker = new Worker(CODE, {
    eval: true,
    workerData: { bcryptjs: BCRYPTJS, password, hash },
    env: {},
    execArgv: [],
  });
  const [matches] = await once(worker, 'message');
  return matches === true;
}
