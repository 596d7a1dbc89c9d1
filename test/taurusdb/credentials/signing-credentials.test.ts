import assert from 'node:assert/strict';
import type { EpochMs } from '../../../src/clock.js';
import { ClockSkew } from '../../../src/taurusdb/credentials/signing-credentials.js';
import { FakeClock } from '../../support/fake-clock.js';

const MINUTE = 60_000;
const date = (ms: number): string => new Date(ms).toUTCString();

describe('clock skew', () => {
  let clock: FakeClock;
  let corrections: number[];
  const create = () => {
    const skew = new ClockSkew(clock);
    return {
      now: () => skew.now(),
      explains: (signedAt: EpochMs, answerDate: string | undefined) =>
        skew.explains(signedAt, answerDate, (offsetMs) => corrections.push(offsetMs)),
    };
  };

  beforeEach(() => {
    clock = new FakeClock();
    corrections = [];
  });

  for (const minutes of [16, -16]) {
    it(`follows an API whose clock is ${minutes} minutes from ours`, () => {
      const skew = create();
      assert.equal(skew.explains(skew.now(), date(clock.now() + minutes * MINUTE)), true);
      assert.equal(skew.now(), clock.now() + minutes * MINUTE);
      assert.deepEqual(corrections, [minutes * MINUTE]);
    });
  }

  it('does not blame clocks that agree', () => {
    const skew = create();
    assert.equal(skew.explains(skew.now(), date(clock.now() + 4 * MINUTE)), false);
    assert.equal(skew.now(), clock.now());
    assert.deepEqual(corrections, []);
  });

  for (const answerDate of [undefined, '', 'yesterday']) {
    it(`does not blame the clock when the date is ${JSON.stringify(answerDate)}`, () => {
      const skew = create();
      assert.equal(skew.explains(skew.now(), answerDate), false);
    });
  }

  it('corrects once for several requests that were signed before', () => {
    const skew = create();
    const signedAt = skew.now();
    const answerDate = date(clock.now() + 20 * MINUTE);
    assert.equal(skew.explains(signedAt, answerDate), true);
    assert.equal(skew.explains(signedAt, answerDate), true);
    assert.equal(corrections.length, 1);
  });

  it('corrects again when our clock is set right', () => {
    const skew = create();
    skew.explains(skew.now(), date(clock.now() + 20 * MINUTE));
    clock.jump(20 * MINUTE);
    assert.equal(skew.explains(skew.now(), date(clock.now())), true);
    assert.equal(skew.now(), clock.now());
  });

  it('forgets a correction that did not help', () => {
    const skew = create();
    const answerDate = date(clock.now() + 20 * MINUTE);
    assert.equal(skew.explains(skew.now(), answerDate), true);
    assert.equal(skew.explains(skew.now(), answerDate), false);
    assert.equal(skew.now(), clock.now());
  });

  it('is found once for all that share it, and one that is refused all the same takes it from no other', () => {
    const offset = { ms: 0 };
    const [one, other] = [new ClockSkew(clock, offset), new ClockSkew(clock, offset)];
    const answerDate = date(clock.now() + 20 * MINUTE);
    const note = (offsetMs: number) => corrections.push(offsetMs);
    assert.equal(one.explains(one.now(), answerDate, note), true);
    assert.equal(other.now(), clock.now() + 20 * MINUTE);
    assert.equal(other.explains(other.now(), answerDate, note), false);
    assert.equal(other.now(), clock.now());
    assert.equal(one.now(), clock.now() + 20 * MINUTE);
  });
});
