import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FollowedFiles, RESTLESS_MS, STILL_MS } from '../src/followed-files.js';
import { FakeClock, settle } from './support/fake-clock.js';

const MAX_BYTES = 100;

describe('FollowedFiles', () => {
  let folder = '';
  let clock: FakeClock;
  let taken: (readonly [value: string, before: string])[];
  let refused: string[];
  let loads: number;
  let restless: string[][];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'followed-'));
    // The time of every file is in its future: only the monotonic clock counts.
    clock = new FakeClock(0);
    taken = [];
    refused = [];
    loads = 0;
    restless = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (name: string): string => join(folder, name);
  const write = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };
  /** The files' texts, joined; a text with a blank is wrong. */
  const follow = (...names: readonly string[]): FollowedFiles<string> =>
    new FollowedFiles({
      clock,
      load: (read) => {
        loads += 1;
        const texts = names.map((name) => read(at(name), MAX_BYTES).bytes.toString('utf8'));
        if (texts.some((text) => text === '' || text.includes(' '))) {
          throw new Error('it is empty or has a blank');
        }
        return texts.join('+');
      },
      onTaken: (value, before) => taken.push([value, before]),
      onRefused: (error) => refused.push(error instanceof Error ? error.message : ''),
      onRestless: (paths) => restless.push([...paths]),
    });
  /** Looks, as requests would, every tenth of a second. */
  const lookFor = async (files: FollowedFiles<string>, ms: number): Promise<string[]> => {
    const values = [files.current()];
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.advance(100);
      values.push(files.current());
    }
    return values;
  };

  it('takes what is there at the start at once, and reads it once', async () => {
    write('a', 'one');
    const files = follow('a');
    assert.deepEqual(new Set(await lookFor(files, 5_000)), new Set(['one']));
    assert.equal(loads, 1);
    assert.deepEqual([taken, refused], [[], []]);
  });

  it('throws at the start what is wrong', () => {
    assert.throws(() => follow('a'), { message: 'no such file' });
    write('a', '');
    assert.throws(() => follow('a'), { message: 'it is empty or has a blank' });
  });

  it('takes a change once it has been still, not before', async () => {
    write('a', 'one');
    const files = follow('a');
    write('a', 'two');
    assert.deepEqual(new Set(await lookFor(files, STILL_MS - 100)), new Set(['one']));
    await clock.advance(100);
    assert.equal(files.current(), 'two');
    assert.deepEqual(taken, [['two', 'one']]);
    assert.equal(loads, 2);
  });

  it('never takes the first half of a file that is written in two steps', async () => {
    write('a', 'one');
    const files = follow('a');
    const descriptor = openSync(at('a'), 'w');
    writeSync(descriptor, 'tw');
    const meanwhile = await lookFor(files, 1_500);
    writeSync(descriptor, 'o');
    closeSync(descriptor);
    meanwhile.push(...(await lookFor(files, 1_900)));
    assert.deepEqual(new Set(meanwhile), new Set(['one']));
    assert.deepEqual(new Set(await lookFor(files, 100)), new Set(['one', 'two']));
  });

  it('takes the files of a set together', async () => {
    write('a', 'a1');
    write('b', 'b1');
    const files = follow('a', 'b');
    write('a', 'a2');
    const values = await lookFor(files, 1_900);
    write('b', 'b2');
    values.push(...(await lookFor(files, 2_000)));
    assert.deepEqual([...new Set(values)], ['a1+b1', 'a2+b2']);
  });

  it('sees files renamed into place, swapped through a symbolic link, and removed for a while', async () => {
    const ways: readonly (readonly [how: string, change: () => void])[] = [
      ['renamed', () => renameSync(write('next', 'renamed'), at('a'))],
      [
        'linked',
        () => {
          mkdirSync(at('v2'));
          write('v2/a', 'linked');
          utimesSync(at('v2/a'), 1, 1);
          symlinkSync('v2/a', at('link'));
          renameSync(at('link'), at('a'));
        },
      ],
      [
        'created',
        () => {
          rmSync(at('a'));
          write('a', 'created');
        },
      ],
    ];
    write('a', 'one');
    const files = follow('a');
    for (const [how, change] of ways) {
      const before = files.current();
      change();
      assert.deepEqual(new Set(await lookFor(files, 1_900)), new Set([before]), how);
      await clock.advance(100);
      assert.equal(files.current(), how);
    }
    assert.deepEqual(refused, []);
  });

  it('says nothing of a file that is gone for less than the time', async () => {
    write('a', 'one');
    const files = follow('a');
    rmSync(at('a'));
    await lookFor(files, 1_000);
    write('a', 'one again');
    await lookFor(files, 1_900);
    write('a', 'two');
    await lookFor(files, 2_000);
    assert.equal(files.current(), 'two');
    assert.deepEqual(refused, []);
  });

  it('keeps the value before while a change is wrong, and tells so once for each content', async () => {
    write('a', 'one');
    const files = follow('a');
    write('a', 'two words');
    await lookFor(files, 5_000);
    assert.deepEqual(refused, ['it is empty or has a blank']);
    utimesSync(at('a'), 1, 1);
    await lookFor(files, 5_000);
    assert.equal(refused.length, 1, 'the same content');
    write('a', 'three words');
    await lookFor(files, 5_000);
    assert.equal(refused.length, 2);
    rmSync(at('a'));
    await lookFor(files, 5_000);
    assert.deepEqual(refused.slice(2), ['no such file']);
    assert.equal(files.current(), 'one');
    write('a', 'two');
    await lookFor(files, 2_000);
    assert.equal(files.current(), 'two');
    write('a', 'two words');
    await lookFor(files, 2_000);
    assert.equal(refused.length, 4, 'wrong again, after it was right');
    assert.equal(loads, 7, 'each state was read once');
  });

  it('tries again a file whose reading failed for want of something of the machine', async () => {
    write('a', 'one');
    let scarce = false;
    const files = new FollowedFiles({
      clock,
      load: (read) => {
        const path = scarce ? at('loop') : at('a');
        return read(path, MAX_BYTES).bytes.toString('utf8');
      },
      onRefused: () => refused.push('scarce'),
    });
    // ELOOP, as a stand-in for EMFILE: no reason that lies in the file.
    symlinkSync(at('loop'), at('loop'));
    scarce = true;
    write('a', 'two');
    assert.deepEqual(new Set(await lookFor(files, 6_000)), new Set(['one']));
    assert.deepEqual(refused, ['scarce']);
    scarce = false;
    await lookFor(files, 2_000);
    assert.equal(files.current(), 'two');
  });

  it('follows the files that its files name, and waits also for these', async () => {
    write('a', 'b');
    write('b', 'b1');
    const files = new FollowedFiles({
      clock,
      load: (read) => {
        const name = read(at('a'), MAX_BYTES).bytes.toString('utf8');
        return read(at(name), MAX_BYTES).bytes.toString('utf8');
      },
      onRefused: (error) => refused.push(String(error)),
    });
    write('a', 'c');
    await lookFor(files, 1_900);
    write('c', 'c0');
    await lookFor(files, 500);
    write('c', 'c1');
    const values = await lookFor(files, 4_000);
    assert.deepEqual([...new Set(values)], ['b1', 'c1']);
    write('b', 'b2');
    write('c', 'c2');
    await lookFor(files, 2_000);
    assert.equal(files.current(), 'c2');
    assert.deepEqual(refused, []);
  });

  it('sees permissions that are lost and mended', async () => {
    write('a', 'one');
    const files = follow('a');
    chmodSync(folder, 0o755);
    chmodSync(at('a'), 0o000);
    const isRoot = process.geteuid?.() === 0;
    try {
      if (isRoot) {
        // Whom permissions do not hold back.
        process.seteuid?.(65_534);
      }
      await lookFor(files, 2_000);
    } finally {
      if (isRoot) {
        process.seteuid?.(0);
      }
    }
    assert.deepEqual(refused, ['permission denied']);
    write('next', 'two');
    renameSync(at('next'), at('a'));
    await lookFor(files, 2_000);
    assert.equal(files.current(), 'two');
  });

  describe('of files that are written again and again', () => {
    /** Looks and writes so often, ever longer texts. */
    const rewrite = async (files: FollowedFiles<string>, name: string, everyMs: number, forMs: number) => {
      for (let passed = 0; passed < forMs; passed += everyMs) {
        write(name, 'x'.repeat(1 + ((passed / everyMs) % 50)));
        files.current();
        await clock.advance(everyMs);
      }
    };

    it('tells once which are never still, and keeps the value before', async () => {
      write('a', 'one');
      write('b', 'two');
      const files = follow('a', 'b');
      await lookFor(files, STILL_MS);
      await rewrite(files, 'b', 1_000, RESTLESS_MS);
      assert.deepEqual(restless, []);
      await rewrite(files, 'b', 1_000, 3 * RESTLESS_MS);
      assert.deepEqual(restless, [[at('b')]]);
      assert.equal(files.current(), 'one+two');
      assert.deepEqual([taken, refused], [[], []]);
    });

    it('tells again only after they have been still', async () => {
      write('a', 'one');
      const files = follow('a');
      for (const times of [1, 2]) {
        await rewrite(files, 'a', 1_000, 2 * RESTLESS_MS);
        write('a', `still${times}`);
        await lookFor(files, STILL_MS);
        assert.equal(files.current(), `still${times}`);
        assert.equal(restless.length, times);
      }
    });

    it('says nothing where they are still for long enough in between', async () => {
      write('a', 'one');
      const files = follow('a');
      for (let times = 0; times < 20; times += 1) {
        await rewrite(files, 'a', 1_000, 5_000);
        await lookFor(files, STILL_MS);
      }
      assert.deepEqual(restless, []);
    });
  });

  describe('asked after a while', () => {
    const later = async (name: string, ms: number, wallMs = ms): Promise<void> => {
      // The time of the file is `wallMs` ago when it is looked at, and `ms` have passed since the last look.
      await clock.advance(ms);
      clock.jump(statSync(at(name)).mtimeMs + wallMs - clock.now());
    };

    it('takes at once what has not changed for long enough by the time of the file', async () => {
      write('a', 'one');
      clock.jump(Date.now() - 60_000);
      const files = follow('a');
      write('a', 'two');
      await later('a', 60_000, 2_001);
      assert.equal(files.current(), 'two');
    });

    it('waits for the rest of the time', async () => {
      write('a', 'one');
      clock.jump(Date.now() - 60_000);
      const files = follow('a');
      write('a', 'two');
      await later('a', 60_000, 500);
      assert.equal(files.current(), 'one');
      await clock.advance(1_400);
      assert.equal(files.current(), 'one');
      await clock.advance(101);
      assert.equal(files.current(), 'two');
    });

    it('believes no time in the future', async () => {
      write('a', 'one');
      clock.jump(Date.now() - 60_000);
      const files = follow('a');
      write('a', 'two');
      utimesSync(at('a'), 4e9, 4e9);
      await clock.advance(120_000);
      assert.equal(files.current(), 'one');
      await clock.advance(STILL_MS);
      assert.equal(files.current(), 'two');
    });

    it('believes no time before the last look, as of a file behind a new symbolic link', async () => {
      write('a', 'one');
      write('b', 'two');
      clock.jump(Date.now() + 60_000);
      const files = follow('a');
      symlinkSync('b', at('link'));
      renameSync(at('link'), at('a'));
      await clock.advance(60_000);
      assert.equal(files.current(), 'one');
      await clock.advance(STILL_MS);
      assert.equal(files.current(), 'two');
    });

    it('takes no change for older than the last look', async () => {
      write('a', 'one');
      clock.jump(Date.now() - 60_000);
      const files = follow('a');
      await clock.advance(59_000);
      files.current();
      write('a', 'two');
      // The wall clock was set forward meanwhile.
      await later('a', 1_000, 600_000);
      assert.equal(files.current(), 'one');
      await clock.advance(1_000);
      assert.equal(files.current(), 'two');
    });
  });

  describe('settled', () => {
    const settledState = (files: FollowedFiles<string>, signal = new AbortController().signal) => {
      const state = { value: 'under way' };
      files.settled(signal).then(
        () => {
          state.value = 'settled';
        },
        (error: unknown) => {
          state.value = String(error);
        },
      );
      return state;
    };

    it('resolves at once where nothing changes', async () => {
      write('a', 'one');
      const files = follow('a');
      await clock.advance(STILL_MS);
      const state = settledState(files);
      await settle();
      assert.equal(state.value, 'settled');
    });

    it('resolves at once where the files were still before they were read first', async () => {
      write('a', 'one');
      clock.jump(statSync(at('a')).mtimeMs + STILL_MS + 1);
      const state = settledState(follow('a'));
      await settle();
      assert.equal(state.value, 'settled');
    });

    it('waits for the other half of a file that was read first while it was written', async () => {
      write('a', 'on');
      const files = follow('a');
      const state = settledState(files);
      await clock.advance(1_900);
      assert.equal(state.value, 'under way');
      assert.equal(files.current(), 'on', 'there is nothing older');
      write('a', 'one');
      await clock.advance(1_900);
      assert.equal(state.value, 'under way');
      await clock.advance(200);
      assert.equal(state.value, 'settled');
      assert.equal(files.current(), 'one');
      assert.deepEqual(taken, [['one', 'on']]);
    });

    it('waits no longer than until the files that were read first have been still, and takes nothing anew', async () => {
      write('a', 'one');
      const state = settledState(follow('a'));
      await clock.advance(STILL_MS);
      assert.equal(state.value, 'settled');
      assert.deepEqual([taken, loads], [[], 1]);
    });

    it('waits until the change has been still, and has taken it then', async () => {
      write('a', 'one');
      const files = follow('a');
      write('a', 'two');
      const state = settledState(files);
      await clock.advance(1_900);
      write('a', 'three');
      await clock.advance(1_000);
      assert.equal(state.value, 'under way');
      await clock.advance(1_100);
      assert.equal(state.value, 'settled');
      assert.equal(files.current(), 'three');
    });

    it('resolves also where the change is refused', async () => {
      write('a', 'one');
      const files = follow('a');
      write('a', '');
      const state = settledState(files);
      await clock.advance(STILL_MS);
      assert.equal(state.value, 'settled');
      assert.equal(files.current(), 'one');
    });

    it('rejects with the reason of the signal', async () => {
      write('a', 'one');
      const files = follow('a');
      write('a', 'two');
      const controller = new AbortController();
      const state = settledState(files, controller.signal);
      await settle();
      controller.abort('enough');
      await settle();
      assert.equal(state.value, 'enough');
    });
  });
});
