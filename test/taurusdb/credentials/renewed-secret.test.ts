import assert from 'node:assert/strict';
import { startDeadline } from '../../../src/model/deadline.js';
import {
  RenewedSecret,
  type RenewedSecretOptions,
} from '../../../src/taurusdb/credentials/renewed-secret.js';
import { ApiError } from '../../../src/taurusdb/errors.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';

const HOUR_MS = 3_600_000;

describe('a renewed secret', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let fetches: number;
  let outage: boolean;
  let options: RenewedSecretOptions<string>;
  let secret: RenewedSecret<string>;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordedLog();
    fetches = 0;
    outage = false;
    options = {
      what: 'token',
      project: 'production',
      clock,
      log,
      closing: new AbortController().signal,
      fetch: async () => {
        fetches += 1;
        if (outage) {
          throw new ApiError('network', 'token: got ECONNREFUSED, expected an answer', {}, {});
        }
        return { value: `secret ${fetches}`, lifeMs: 4 * HOUR_MS, renewInMs: 3 * HOUR_MS };
      },
    };
    secret = new RenewedSecret(options);
  });

  const current = (): Promise<string> => secret.current(startDeadline(clock, 50_000));
  const replace = (refused: string): Promise<boolean> =>
    secret.replace(refused, startDeadline(clock, 50_000));

  const lateRenewals = (): Promise<number> => secret.lateRenewals(startDeadline(clock, 50_000));

  it('is fetched once, when it is first needed', async () => {
    assert.equal(fetches, 0);
    const all = await Promise.all(Array.from({ length: 70 }, current));
    assert.deepEqual(new Set(all), new Set(['secret 1']));
    await clock.advance(3 * HOUR_MS - 1);
    assert.equal(await current(), 'secret 1');
    assert.equal(fetches, 1);
  });

  it('is renewed when that is due, while the old one goes on', async () => {
    await current();
    await clock.advance(3 * HOUR_MS);
    assert.deepEqual(await Promise.all([current(), current()]), ['secret 1', 'secret 1']);
    await settle();
    assert.equal(await current(), 'secret 2');
    assert.equal(fetches, 2);
  });

  it('is waited for once it has ended', async () => {
    await current();
    await clock.advance(4 * HOUR_MS);
    assert.deepEqual(await Promise.all([current(), current()]), ['secret 2', 'secret 2']);
  });

  it('lasts to its end while it cannot be renewed, with a word about that every ten minutes', async () => {
    await current();
    outage = true;
    await clock.advance(3 * HOUR_MS);
    const words = () => log.lines.filter((line) => line.startsWith('warn'));
    for (let second = 0; second < 120; second += 1) {
      assert.equal(await current(), 'secret 1');
      await clock.advance(1_000);
    }
    assert.equal(words().length, 1);
    assert.equal(
      words()[0],
      'warn token not renewed: the one in force is used on project=production valid_seconds=3600 error=token: got ECONNREFUSED, expected an answer',
    );
    assert.ok(fetches <= 9, `asked ${fetches} times in two minutes`);
    await clock.advance(HOUR_MS);
    await assert.rejects(current(), /ECONNREFUSED/u);
    outage = false;
    await clock.advance(60_000);
    assert.match(await current(), /^secret \d+$/u);
  });

  it('is replaced once for all whose requests were refused', async () => {
    const refused = await current();
    await clock.advance(HOUR_MS);
    const replaced = await Promise.all(Array.from({ length: 50 }, () => replace(refused)));
    assert.ok(replaced.every(Boolean));
    assert.equal(fetches, 2);
    assert.equal(await current(), 'secret 2');
    assert.equal(await replace(refused), true, 'there is another one already');
    assert.equal(fetches, 2);
  });

  it('is replaced however young it is, but once a minute: a third would be refused like the second', async () => {
    const refused = await current();
    assert.equal(await replace(refused), true);
    const refusedToo = await current();
    await clock.advance(59_999);
    assert.equal(await replace(refusedToo), false);
    assert.equal(fetches, 2);
    await clock.advance(1);
    assert.equal(await replace(refusedToo), true);
    assert.equal(fetches, 3);
  });

  it('is replaced once a minute also by the one that a reload puts in its place', async () => {
    const refused = await current();
    await replace(refused);
    secret = new RenewedSecret(options, secret);
    assert.equal(await replace(await current()), false);
    await clock.advance(60_000);
    assert.equal(await replace(await current()), true);
  });

  it('is replaced as soon as another can be had, where none could before', async () => {
    const refused = await current();
    outage = true;
    assert.equal(await replace(refused), false);
    assert.equal(await lateRenewals(), 0);
    assert.equal(await current(), refused);
    assert.equal(fetches, 2);
    outage = false;
    await clock.advance(1_000);
    assert.equal(await lateRenewals(), 1);
    assert.equal(await current(), 'secret 3');
  });

  it('is replaced once the minute is over, unless it was accepted', async () => {
    await replace(await current());
    const refusedToo = await current();
    assert.equal(await replace(refusedToo), false);
    await clock.advance(59_999);
    assert.equal(await lateRenewals(), 0);
    await clock.advance(1);
    assert.equal(await lateRenewals(), 1);
    const third = await current();
    assert.equal(await replace(third), false);
    secret.accepted();
    await clock.advance(60_000);
    assert.equal(await lateRenewals(), 1);
    assert.equal(await current(), third);
  });
});
