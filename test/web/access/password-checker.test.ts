import assert from 'node:assert/strict';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { RepeatedLines } from '../../../src/repeated-lines.js';
import {
  BASIC_CHALLENGE,
  compareBcrypt,
  PasswordChecker,
  readBasicCredentials,
} from '../../../src/web/access/password-checker.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';

const encode = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readBasicCredentials', () => {
  it('cuts at the first colon: a password may hold more', () => {
    assert.deepEqual(readBasicCredentials(encode('dave:a:b')), { user: 'dave', password: 'a:b' });
    assert.deepEqual(readBasicCredentials(encode(':')), { user: '', password: '' });
  });

  it('knows the scheme in any case', () => {
    assert.deepEqual(readBasicCredentials('bAsIc ZGF2ZTp4'), { user: 'dave', password: 'x' });
  });

  it('reads back what a client wrote', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(
        word.filter((text) => !text.includes(':')),
        word,
        (user, password) => {
          assert.deepEqual(readBasicCredentials(encode(`${user}:${password}`)), { user, password });
        },
      ),
      { numRuns: 200 },
    );
  });

  const malformed: Readonly<Record<string, string | undefined>> = {
    'no header': undefined,
    'an empty one': '',
    'the scheme alone': 'Basic',
    'another scheme': 'Bearer ZGF2ZTp4',
    'no colon': encode('dave'),
    'text that is not base64': 'Basic dave:x',
    'base64 without its padding': 'Basic ZGF2ZTp4eA',
    'base64 with stray bits at its end': 'Basic ZGF2ZTp4eB==',
    'the alphabet of URLs': encode('dave:???').replace('/', '_'),
    'two words': 'Basic ZGF2ZTp4 ZGF2ZTp4',
    'bytes that are not UTF-8': encode(Uint8Array.of(0x61, 0x3a, 0xff)),
    'a NUL, where bcrypt would start again': encode('dave:x\0x'),
    'a line break': encode('dave:x\n'),
  };
  for (const [what, header] of Object.entries(malformed)) {
    it(`finds no credentials in ${what}`, () => {
      assert.equal(readBasicCredentials(header), undefined);
    });
  }

  it('keeps a byte-order mark: it is part of the name', () => {
    assert.equal(readBasicCredentials(encode('\ufeffdave:x'))?.user, '\ufeffdave');
  });
});

describe('BASIC_CHALLENGE', () => {
  it('names a realm and the encoding that is read', () => {
    assert.equal(BASIC_CHALLENGE, 'Basic realm="taurusdb-session-exporter", charset="UTF-8"');
  });
});

/** Stands in for bcrypt: notes what it is asked, and answers when the test says so. */
class ScriptedBcrypt {
  readonly asked: { readonly password: string; readonly hashes: readonly string[] }[] = [];
  atOnce = 0;
  mostAtOnce = 0;
  #answers: (() => void)[] = [];
  /** Answers without being told to. */
  prompt: boolean;

  constructor(prompt = true) {
    this.prompt = prompt;
  }

  readonly compare = async (password: string, hashes: readonly string[]): Promise<boolean[]> => {
    this.asked.push({ password, hashes });
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    if (!this.prompt) {
      await new Promise<void>((resolve) => this.#answers.push(resolve));
    }
    this.atOnce -= 1;
    return hashes.map((hash) => hash === hashOf(password, hash.slice(4, 6)));
  };

  async answer(): Promise<void> {
    this.#answers.shift()?.();
    await settle();
  }
}

const hashOf = (password: string, cost = '10') => `$2b$${cost}$${password.padEnd(53, '.')}`;
const USERS = new Map([
  ['alice', hashOf('alice123')],
  ['dave', hashOf('dave123')],
]);

const linesOf = (log = new RecordedLog()) => new RepeatedLines(log, new FakeClock());
const checkerOf = (fake: ScriptedBcrypt) => new PasswordChecker(fake.compare, linesOf());

describe('PasswordChecker', () => {
  it('allows the right password and refuses the wrong one', async () => {
    const checker = checkerOf(new ScriptedBcrypt());
    assert.equal(await checker.check(USERS, { user: 'dave', password: 'dave123' }), 'allowed');
    assert.equal(await checker.check(USERS, { user: 'dave', password: 'alice123' }), 'refused');
    assert.equal(await checker.check(USERS, { user: 'Dave', password: 'dave123' }), 'refused');
  });

  it('hashes a pair of user and password once, right or wrong', async () => {
    const fake = new ScriptedBcrypt();
    const checker = checkerOf(fake);
    for (const password of ['dave123', 'wrong', 'dave123', 'wrong', 'dave123']) {
      await checker.check(USERS, { user: 'dave', password });
    }
    assert.deepEqual(
      fake.asked.map(({ password }) => password),
      ['dave123', 'wrong'],
    );
  });

  it('forgets a result when the hash in the file changes', async () => {
    const checker = checkerOf(new ScriptedBcrypt());
    const dave = { user: 'dave', password: 'dave123' };
    assert.equal(await checker.check(USERS, dave), 'allowed');
    assert.equal(await checker.check(new Map([['dave', hashOf('new')]]), dave), 'refused');
    assert.equal(await checker.check(new Map([['alice', hashOf('alice123')]]), dave), 'refused');
    assert.equal(await checker.check(USERS, dave), 'allowed');
  });

  describe('of users whose hashes have different costs', () => {
    const users = new Map([
      ['cheap', hashOf('right', '05')],
      ['dear', hashOf('right', '12')],
      ['', hashOf('right', '10')],
      ['Zoë', hashOf('right', '12')],
    ]);
    const costsOf = (fake: ScriptedBcrypt) =>
      fake.asked.map(({ hashes }) => hashes.map((hash) => hash.slice(0, 7)));

    for (const user of [...users.keys(), 'nobody', 'zoë', ' ']) {
      it(`refuses "${user}" at the same work as any other`, async () => {
        const fake = new ScriptedBcrypt();
        assert.equal(await checkerOf(fake).check(users, { user, password: 'wrong' }), 'refused');
        assert.deepEqual(costsOf(fake), [['$2b$05$', '$2b$10$', '$2b$12$']]);
        const own = users.get(user);
        assert.equal(own === undefined || fake.asked[0]?.hashes.includes(own), true);
      });
    }

    it('allows each by its own hash, and refuses again from the cache', async () => {
      const fake = new ScriptedBcrypt();
      const checker = checkerOf(fake);
      for (const user of users.keys()) {
        assert.equal(await checker.check(users, { user, password: 'right' }), 'allowed', user);
      }
      for (const user of ['cheap', 'nobody', 'cheap', 'nobody']) {
        assert.equal(await checker.check(users, { user, password: 'wrong' }), 'refused', user);
      }
      assert.equal(fake.asked.length, users.size + 2);
    });

    it('does the comparisons, with bcrypt itself', async () => {
      const real = new Map([
        ['cheap', bcrypt.hashSync('right', 4)],
        ['dear', bcrypt.hashSync('right', 5)],
      ]);
      const checker = new PasswordChecker(compareBcrypt, linesOf());
      for (const user of real.keys()) {
        assert.equal(await checker.check(real, { user, password: 'right' }), 'allowed');
        assert.equal(await checker.check(real, { user, password: 'wrong' }), 'refused');
      }
      assert.equal(await checker.check(real, { user: 'nobody', password: 'right' }), 'refused');
    });
  });

  it('refuses where only a stand-in hash matches, cached or not', async () => {
    const others = async (_: string, hashes: readonly string[]) =>
      hashes.map((hash) => ![...USERS.values()].includes(hash));
    const checker = new PasswordChecker(others, linesOf());
    const users = new Map([...USERS, ['erin', hashOf('erin123', '11')]]);
    for (const _ of ['cold', 'cached']) {
      assert.equal(await checker.check(users, { user: 'nobody', password: 'fakepassword' }), 'refused');
      assert.equal(await checker.check(users, { user: 'dave', password: 'fakepassword' }), 'refused');
    }
    assert.equal(await checker.check(users, { user: 'erin', password: 'x' }), 'allowed');
  });

  it('keeps apart user, hash and password in the cache (CVE-2022-46146)', async () => {
    const stretched = new Map([
      ['alice', hashOf('alice123')],
      [`alice${hashOf('alice123')}`, hashOf('x')],
    ]);
    const fake = new ScriptedBcrypt();
    const checker = checkerOf(fake);
    const poison = { user: `alice${hashOf('alice123')}`, password: 'x' };
    assert.equal(await checker.check(stretched, poison), 'allowed');
    assert.equal(await checker.check(stretched, { user: 'alice', password: `${hashOf('x')}x` }), 'refused');
    assert.equal(
      await checker.check(stretched, { user: 'alice', password: `${hashOf('x')}x`.slice(0, 9) }),
      'refused',
    );
  });

  it('refuses more than 72 bytes without a hash: bcrypt would not read the rest', async () => {
    const right = 'é'.repeat(36);
    const users = new Map([['dave', bcrypt.hashSync(right, 4)]]);
    assert.deepEqual(await compareBcrypt(`${right}x`, [...users.values()]), [true], 'bcrypt as it is');
    const checker = new PasswordChecker(compareBcrypt, linesOf());
    assert.equal(await checker.check(users, { user: 'dave', password: right }), 'allowed');
    assert.equal(await checker.check(users, { user: 'dave', password: `${right}x` }), 'refused');
    const fake = new ScriptedBcrypt();
    assert.equal(
      await checkerOf(fake).check(users, { user: 'dave', password: 'x'.repeat(10_000) }),
      'refused',
    );
    assert.equal(fake.asked.length, 0);
  });

  it('computes one hash at a time, and the same one only once', async () => {
    const fake = new ScriptedBcrypt();
    const checker = checkerOf(fake);
    const logins = Array.from({ length: 300 }, (_, n) =>
      checker.check(USERS, { user: 'alice', password: n % 2 === 0 ? 'alice123' : 'alice1234' }),
    );
    const verdicts = await Promise.all(logins);
    assert.deepEqual([verdicts[0], verdicts[1]], ['allowed', 'refused']);
    assert.ok(verdicts.every((verdict, n) => verdict === verdicts[n % 2]));
    assert.equal(fake.mostAtOnce, 1);
    assert.equal(fake.asked.length, 2);
  });

  it('throttles what would wait behind 32 others, while cached passwords pass', async () => {
    const fake = new ScriptedBcrypt();
    const checker = checkerOf(fake);
    await checker.check(USERS, { user: 'dave', password: 'dave123' });
    fake.prompt = false;
    const waiting = Array.from({ length: 32 }, (_, n) =>
      checker.check(USERS, { user: `u${n}`, password: 'x' }),
    );
    assert.equal(await checker.check(USERS, { user: 'one too many', password: 'x' }), 'throttled');
    assert.equal(await checker.check(USERS, { user: 'dave', password: 'dave123' }), 'allowed');
    fake.prompt = true;
    await settle();
    await fake.answer();
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['refused']));
    assert.equal(await checker.check(USERS, { user: 'one too many', password: 'x' }), 'refused');
  });

  it('keeps a right password cached through a flood of wrong ones', async () => {
    const fake = new ScriptedBcrypt();
    const checker = checkerOf(fake);
    await checker.check(USERS, { user: 'dave', password: 'dave123' });
    for (let n = 0; n < 500; n += 1) {
      await checker.check(USERS, { user: 'dave', password: `guess ${n}` });
    }
    fake.asked.length = 0;
    await checker.check(USERS, { user: 'dave', password: 'dave123' });
    await checker.check(USERS, { user: 'dave', password: 'guess 499' });
    assert.deepEqual(fake.asked, []);
    await checker.check(USERS, { user: 'dave', password: 'guess 400' });
    assert.equal(fake.asked.length, 1, 'the cache is bounded');
  });

  it('keeps no more than 100 results when all of them are right', async () => {
    const fake = new ScriptedBcrypt();
    const checker = checkerOf(fake);
    const names = Array.from({ length: 101 }, (_, n) => `u${n}`);
    const users = new Map(names.map((name) => [name, hashOf(name)]));
    for (const name of names) {
      await checker.check(users, { user: name, password: name });
    }
    fake.asked.length = 0;
    await checker.check(users, { user: 'u100', password: 'u100' });
    assert.equal(fake.asked.length, 0);
    await checker.check(users, { user: 'u0', password: 'u0' });
    assert.equal(fake.asked.length, 1);
  });

  it('refuses and logs when the hash cannot be computed, and goes on with the next', async () => {
    const log = new RecordedLog();
    let broken = true;
    const checker = new PasswordChecker(async () => {
      if (broken) {
        throw new Error('out of memory');
      }
      return [true];
    }, linesOf(log));
    assert.equal(await checker.check(USERS, { user: 'dave', password: 'dave123' }), 'refused');
    assert.deepEqual(log.lines, ['error password not checked error=out of memory']);
    broken = false;
    assert.equal(await checker.check(USERS, { user: 'dave', password: 'dave123' }), 'allowed');
  });
});

describe('compareBcrypt', () => {
  for (const variant of ['$2a$', '$2b$', '$2y$']) {
    it(`knows hashes that start with ${variant}`, async () => {
      const hash = bcrypt.hashSync('dave123', 4).replace('$2b$', variant);
      assert.deepEqual(await compareBcrypt('dave123', [hash]), [true]);
      assert.deepEqual(await compareBcrypt('dave124', [hash]), [false]);
    });
  }

  it('leaves the event loop free while it computes', async () => {
    const hash = bcrypt.hashSync('other', 4).replace('$04$', '$12$');
    let done = false;
    const result = compareBcrypt('dave123', [hash]).finally(() => {
      done = true;
    });
    let turns = 0;
    for (; !done; turns += 1) {
      await new Promise(setImmediate);
    }
    assert.deepEqual(await result, [false]);
    // In the same thread, with a pause each 100 ms, it would be a handful.
    assert.ok(turns > 100, `the event loop turned ${turns} times`);
  });

  it('rejects when the hash is of no known kind', async () => {
    await assert.rejects(compareBcrypt('dave123', ['x'.repeat(60)]), /Invalid salt version/);
  });
});
