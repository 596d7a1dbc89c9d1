import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SessionAggregate } from '../../../src/sessions/counting/session-aggregate.js';
import { CsvError } from '../../../src/sessions/csv-error.js';
import { Kernel, type KernelCode } from '../../../src/sessions/kernel/kernel.js';
import { KernelPool } from '../../../src/sessions/kernel/kernel-pool.js';
import { SECRET, SECRET_BYTES } from '../../../src/sessions/kernel/layout.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { inChunks, SETTINGS, settingsWithLimit } from '../session-file.js';

const HEADER = 'id,user,host,db,command,time,state,info,trx_id,trx_state,trx_executed_time,trx_lock_rows';
const MOST_IDLE = 8;
/** Of a kernel that takes no more. */
const FIRST_BYTES = 10 * 65_536;

/** Notes which kernels it gives out. */
class NotingPool extends KernelPool {
  readonly taken: Kernel[] = [];

  override async take(): Promise<Kernel> {
    const kernel = await super.take();
    this.taken.push(kernel);
    return kernel;
  }
}

/** By the secret of its kernels all short texts have the same hash. */
class CollidingPool extends KernelPool {
  override async take(): Promise<Kernel> {
    const kernel = await super.take();
    kernel.bytes.fill(0, SECRET, SECRET + SECRET_BYTES);
    return kernel;
  }
}

/** Its kernels may not take more memory than they have at first. */
class TightPool extends NotingPool {
  readonly #code: KernelCode;
  #idle: Kernel | undefined;

  constructor(code: KernelCode) {
    super(() => code);
    this.#code = code;
  }

  override async take(): Promise<Kernel> {
    const kernel = this.#idle ?? new Kernel(this.#code, FIRST_BYTES / 65_536);
    kernel.run.reset();
    this.taken.push(kernel);
    return kernel;
  }

  override giveBack(kernel: Kernel): void {
    this.#idle = kernel;
  }
}

function row(n: number): string {
  const host = n % 3 === 0 ? `::${(n % 90).toString(16)}:80` : `10.0.${n % 9}.${n % 80}:${1000 + n}`;
  const rest = `${n % 50 === 0 ? 'system user' : `user ${n % 60}`},${host},"db ""${n % 20}""",Command ${n % 30}`;
  const state = n % 7 === 0 ? 'Waiting for table metadata lock' : `"state\n${n % 40}"`;
  return `${n},${rest},${n % 60 === 1 ? '2 min' : n / 4},${state},"SELECT ${n}",${n % 2},LOCK WAIT,${n},${n % 11}\r\n`;
}

/** Everything that a kernel keeps of a file. */
const ODD_FILE = `${HEADER}\n${Array.from({ length: 600 }, (_, n) => row(n)).join('')}`;
/** In which what was left of the one before would show. */
const SMALL_FILES = [
  'user,host,state\na,::1:80,b\n',
  'command,user,host,state,time\nQuery,user 1,10.0.1.1,state,\nCommand 1,user 2,h,,7\n',
  `${HEADER}\n1,system user,::1:8080,none,Sleep,5,updating,,,,,\n`,
  'user,host,state\n',
];

function read(file: string | Uint8Array, kernels: KernelPool, sizes: readonly number[] = [], maxValues = 5) {
  const settings = { ...settingsWithLimit(maxValues), details: true };
  return readSnapshot(inChunks(file, sizes), settings, emptyTally(), undefined, kernels);
}

for (const { build, code } of KERNEL_BUILDS) {
  describe(`KernelPool ${build}`, () => {
    const freshPool = () => new NotingPool(() => code);

    /** That its next kernel is `kernel`, and reads as a new one does. */
    async function checkForgets(kernels: NotingPool, kernel: Kernel | undefined): Promise<void> {
      for (const file of SMALL_FILES) {
        assert.deepEqual(await read(file, kernels), await read(file, freshPool()));
        assert.equal(kernels.taken.at(-1), kernel);
      }
    }

    it('gives a kernel again that knows nothing of the file before', async () => {
      const kernels = freshPool();
      const { snapshot } = await read(ODD_FILE, kernels);
      assert.equal(snapshot.sessions, 600);
      await checkForgets(kernels, kernels.taken[0]);
      assert.deepEqual(await read(ODD_FILE, kernels, [100]), await read(ODD_FILE, freshPool()));
    });

    it('gives one again that knows nothing of a file that failed', async () => {
      const kernels = freshPool();
      for (const [failing, message] of [
        [`${ODD_FILE}"a"b,c\n`, /^CsvError: csv quoting/],
        [`${ODD_FILE}"${'long '.repeat(100)}`, /^CsvError: csv quoting/],
        ['user,host\na,b\n', /^CsvError: csv header/],
        [`${HEADER}\n${'1,2\n'.repeat(9)}`, /^CsvError: csv rows/],
      ] as const) {
        await assert.rejects(read(failing, kernels, [5_000]), message);
        await checkForgets(kernels, kernels.taken[0]);
      }
      const cut = async function* () {
        yield Buffer.from(ODD_FILE.slice(0, -50));
        throw new Error('cut');
      };
      await assert.rejects(readSnapshot(cut(), SETTINGS, emptyTally(), undefined, kernels), /^Error: cut/);
      await checkForgets(kernels, kernels.taken[0]);
    });

    it('keeps nothing of what was read', async () => {
      for (const [text, end] of [
        ['', ''],
        [' '.repeat(300_000), ''],
        ['', '"'],
      ]) {
        const kernels = freshPool();
        const file = `${HEADER}\n1,u,h,d,Query,1,,"SELECT 'hunter2'${text} + 'hunter3'"${end},,,,\n`;
        await read(file, kernels, [70_000]).catch(() => {});
        const [kernel] = kernels.taken;
        assert.deepEqual([kernel?.bytes.indexOf('hunter'), kernel?.bytes.indexOf("SELECT '")], [-1, -1]);
      }
    });

    it('gives one again whose question was answered by an error', async () => {
      const kernels = freshPool();
      const { learn, oddNumber } = SessionAggregate.prototype;
      let questions = 0;
      try {
        SessionAggregate.prototype.learn = function (...asked) {
          if (++questions === 50) {
            throw new TypeError('learn');
          }
          return learn.apply(this, asked);
        };
        await assert.rejects(read(ODD_FILE, kernels), /^TypeError: learn/);
        SessionAggregate.prototype.learn = learn;
        SessionAggregate.prototype.oddNumber = () => {
          throw new TypeError('oddNumber');
        };
        await assert.rejects(read(ODD_FILE, kernels), /^TypeError: oddNumber/);
      } finally {
        Object.assign(SessionAggregate.prototype, { learn, oddNumber });
      }
      assert.equal(questions, 50);
      await checkForgets(kernels, kernels.taken[0]);
    });

    it('gives kernels that read the same where all hashes collide', async () => {
      const texts = ['a', 'a\u0000', 'b', 'a\u0000\u0000', 'ab', 'abcdefgh', 'efghabcd', 'a'.repeat(32)];
      const rows = [...texts, ...texts.toReversed(), ...texts].map((text) => `${text},${text},${text},h\n`);
      for (const file of [ODD_FILE, `command,user,state,host\n${rows.join('')}`]) {
        const colliding = await read(file, new CollidingPool(() => code), [], 100);
        assert.deepEqual(colliding, await read(file, freshPool(), [], 100));
        assert.ok(file === ODD_FILE || colliding.snapshot.dimensions.get('user')?.distinct === texts.length);
      }
    });

    it('keeps nothing of a file in a kernel that waits', async () => {
      const kernels = freshPool();
      await read(ODD_FILE, kernels);
      const [{ cells, records } = assert.fail()] = kernels.taken;
      assert.deepEqual([cells, records], [undefined, undefined]);
    });

    it('keeps eight, of one compiled module', async () => {
      let compiled = 0;
      const kernels = new KernelPool(() => {
        compiled++;
        return code;
      });
      assert.equal(compiled, 0);
      const all = await Promise.all(Array.from({ length: MOST_IDLE + 2 }, () => kernels.take()));
      assert.equal(new Set(all).size, MOST_IDLE + 2);
      for (const kernel of all) {
        kernels.giveBack(kernel);
      }
      const again = await Promise.all(Array.from({ length: MOST_IDLE + 2 }, () => kernels.take()));
      assert.equal(again.filter((kernel) => all.includes(kernel)).length, MOST_IDLE);
      assert.equal(compiled, 1);
    });

    it('lets a file wait for the next kernel where the system has no memory for more', async () => {
      let left = 2;
      const kernels = new KernelPool(
        () => code,
        () => {
          if (left-- <= 0) {
            throw new CsvError('csv memory: got none');
          }
          return new Kernel(code);
        },
      );
      const files = Array.from({ length: 20 }, (_, n) => `user,host,state\nuser ${n},host ${n},x\n`);
      const expected = await Promise.all(files.map((file) => read(file, freshPool(), [7])));
      assert.deepEqual(await Promise.all(files.map((file) => read(file, kernels, [7]))), expected);
      const both = await Promise.all([kernels.take(), kernels.take()]);
      assert.equal(new Set(both).size, 2);
      for (const kernel of both) {
        kernels.giveBack(kernel);
      }
      const none = new KernelPool(
        () => code,
        () => {
          throw new CsvError('csv memory: got none');
        },
      );
      await assert.rejects(none.take(), { message: 'csv memory: got none' });
    });

    it('reserves less than 2 MB for an ordinary list', async () => {
      const kernels = freshPool();
      const rows = Array.from({ length: 5_000 }, (_, n) => row(n)).join('');
      await read(`${HEADER}\n${rows}`, kernels, [65_536]);
      assert.equal(kernels.taken.length, 1);
      assert.ok((kernels.taken[0]?.bytes.length ?? Number.NaN) <= 2_000_000);
    });

    it('reads a record of 3 MiB, and lets the memory go that it took', async () => {
      for (const sizes of [[65_536], [], [2 ** 20]]) {
        const kernels = freshPool();
        const info = 'long ""text"",\n'.repeat((3 * 2 ** 20) / 15);
        const { snapshot } = await read(
          `${HEADER}\n${row(1)}7,"${info}",h,,,,,,,,,\n${row(2)}`,
          kernels,
          sizes,
        );
        assert.equal(snapshot.sessions, 3);
        const [kernel = assert.fail()] = kernels.taken;
        assert.ok(kernel.bytes.length > 3 * 2 ** 20);
        assert.notEqual(await kernels.take(), kernel);
      }
    });

    it('lets one go that took memory for distinct values', async () => {
      const kernels = freshPool();
      const users = Array.from({ length: 20_000 }, (_, n) => `user ${n},h${n},\n`).join('');
      const { snapshot } = await read(`user,host,state\n${users}`, kernels);
      assert.equal(snapshot.dimensions.get('host')?.distinct, 20_000);
      assert.notEqual(await kernels.take(), kernels.taken[0]);
    });

    it('refuses a file for which there is no memory, and reads the next one in the same kernel', async () => {
      const kernels = new TightPool(code);
      const users = Array.from({ length: 20_000 }, (_, n) => `user ${n},h${n},\n`).join('');
      const info = 'long text '.repeat(2 ** 18);
      for (const failing of [`user,host,state\n${users}`, `user,host,state\na,b,${info}\n`]) {
        await assert.rejects(read(failing, kernels, [65_536]), {
          name: 'CsvError',
          message:
            /^csv memory: got a list that takes more than [01] MiB to read, expected fewer distinct users, hosts and other values, or shorter records$/u,
        });
        assert.equal(kernels.taken.at(-1)?.bytes.length, FIRST_BYTES);
        await checkForgets(kernels, kernels.taken[0]);
      }
    });

    it('reads a hundred files by turns as one after the other', async () => {
      const files = Array.from({ length: 100 }, (_, file) => {
        const rows = Array.from({ length: 300 + 7 * file }, (_row, n) => row(n * (file + 1) + file));
        return Buffer.from(`${HEADER}\n${rows.join('')}`);
      });
      const chunks = async function* (file: Buffer) {
        for await (const chunk of inChunks(file, [16_384])) {
          yield chunk;
          await nextTurn();
        }
      };
      const kernels = freshPool();
      const byTurns = await Promise.all(
        files.map((file) => readSnapshot(chunks(file), SETTINGS, emptyTally(), undefined, kernels)),
      );
      assert.equal(new Set(kernels.taken).size, files.length);
      for (const [index, file] of files.entries()) {
        const alone = await readSnapshot(inChunks(file), SETTINGS, emptyTally(), undefined, kernels);
        assert.deepEqual(byTurns[index], alone);
      }
    });
  });
}
