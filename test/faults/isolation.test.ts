// What one node or one secret suffers stays there, however many nodes there are.
import assert from 'node:assert/strict';
import { closeServers, sendAnswer } from '../support/scripted-server.js';
import { refusal } from './answers.js';
import { CANARIES } from './canaries.js';
import { GOOD_FILE, httpDate } from './hostile-api.js';
import { WITH_PASSWORD } from './rehearsal.js';
import { ScheduledRehearsal, type ScheduledRehearsalOptions } from './scheduled-rehearsal.js';

const WITH_KEY = { access_key: { ak: CANARIES.accessKey, sk: CANARIES.secretKey } };
const REFUSED = refusal(401, 'APIGW.0301', 'verify aksk signature fail');

describe('isolation', () => {
  let fleet: ScheduledRehearsal;
  const start = async (options: ScheduledRehearsalOptions) => {
    fleet = await ScheduledRehearsal.start(options);
  };

  afterEach(async () => {
    await fleet.close();
    await closeServers();
  });

  it('loses one slot of eight to one node of fifty that hangs', async () => {
    await start({ nodes: 50, maxConcurrent: 8, auth: WITH_KEY });
    await fleet.round(1);
    fleet.api.misbehave({
      submit: (response, { target }) => {
        if (!target.includes('/nodes/000000000000000000000000000000')) {
          return;
        }
        if (target.includes('00no07/')) {
          return; // no answer
        }
        sendAnswer(response, { body: { request_id: 'r' } });
      },
    });
    const successes = () => fleet.statuses.filter(({ collections }) => collections.success === 2).length;
    const tookMs = await fleet.until(() => successes() === 49, { hanging: 1 });
    // Up to the next minute; then seven at a time, each a poll of a second.
    assert.ok(tookMs <= 70_000, `${tookMs} ms`);
    assert.equal(fleet.up, 50);

    await fleet.until(() => fleet.up === 49, { hanging: 1, toLimits: true });
    assert.equal(fleet.statuses[0]?.lastError?.reason, 'timeout');
    assert.ok(fleet.statuses.every(({ collections }) => collections.skipped === 0));
  });

  it('sends a refused key twice, for 500 nodes', async () => {
    await start({ nodes: 500, maxConcurrent: 500, auth: WITH_KEY });
    fleet.api.misbehave({ submit: REFUSED });
    for (const round of [1, 2, 3]) {
      await fleet.round(round);
    }
    assert.equal(fleet.api.requests.length, 2);
    assert.equal(fleet.failed('auth'), 1_500);
  });

  it('sends it again after five minutes and a half, with one node', async () => {
    await start({ nodes: 20, maxConcurrent: 20, auth: WITH_KEY });
    fleet.api.misbehave({ submit: REFUSED });
    for (const round of [1, 2, 3, 4, 5, 6]) {
      await fleet.round(round);
    }
    assert.equal(fleet.api.requests.length, 2);
    await fleet.round(7);
    assert.equal(fleet.api.requests.length, 3);

    fleet.api.misbehave({});
    await fleet.until(() => fleet.up === 20);
    assert.equal(fleet.statuses[19]?.errors.auth, 12);
  });

  it('sends a refused password once, for 500 nodes', async () => {
    await start({ nodes: 500, maxConcurrent: 500, auth: WITH_PASSWORD });
    fleet.api.misbehave({ token: refusal(401, 'IAM.0001', 'wrong password') });
    for (const round of [1, 2]) {
      await fleet.round(round);
    }
    assert.equal(fleet.api.requests.length, 1);
    assert.equal(fleet.failed('auth'), 1_000);
  });

  it('asks IAM once for 50 nodes, and once more when the token is refused', async () => {
    await start({ nodes: 50, maxConcurrent: 50, auth: WITH_PASSWORD });
    let valid: string = CANARIES.token;
    let tokens = 0;
    const checked: typeof REFUSED = (response, { headers }) =>
      sendAnswer(
        response,
        headers['x-auth-token'] === valid ? { body: { request_id: 'r' } } : { status: 401 },
      );
    fleet.api.misbehave({
      submit: checked,
      token: (response) => {
        tokens += 1;
        valid = `token-${tokens}`;
        const expires_at = new Date(fleet.clock.now() + 86_400_000).toISOString();
        sendAnswer(response, {
          status: 201,
          headers: { 'x-subject-token': valid },
          body: { token: { expires_at } },
        });
      },
    });
    await fleet.round(1);
    await fleet.round(2);
    assert.deepEqual([fleet.up, tokens], [50, 1]);

    valid = 'another';
    await fleet.round(3);
    assert.deepEqual([fleet.up, tokens], [50, 2]);
    assert.equal(fleet.failed('auth'), 0);
  });

  it('tells every ten minutes of a node that goes on failing', async () => {
    await start({ nodes: 1, maxConcurrent: 1, auth: WITH_KEY });
    fleet.api.misbehave({ submit: refusal(500, 'DBS.05000000', 'broken') });
    for (let round = 1; round <= 22; round++) {
      await fleet.round(round);
    }
    const told = fleet.log.lines.filter((line) => line.startsWith('warn collection failed '));
    assert.deepEqual(
      told.map((line) => /repeats=(\d+)/u.exec(line)?.[1]),
      [undefined, '9', '9'],
    );
  });

  it('collects each node once after an hour that the clock has jumped over', async () => {
    await start({ nodes: 20, maxConcurrent: 8, auth: WITH_KEY });
    await fleet.round(1);
    fleet.clock.jump(3_600_000);
    fleet.api.misbehave({});
    const tookMs = await fleet.until(() =>
      fleet.statuses.every(({ collections }) => collections.success === 2),
    );
    assert.ok(tookMs <= 60_000, `${tookMs} ms`);
    assert.equal(fleet.api.seen('submit'), 20);
    assert.ok(fleet.statuses.every(({ collections }) => collections.skipped === 0));
  });

  it('loses no collection to a wall clock that is set by an hour, back and forth', async () => {
    await start({ nodes: 20, maxConcurrent: 20, auth: WITH_KEY });
    const { clock } = fleet;
    const origin = clock.now() - clock.monotonic();
    /** A gateway whose clock nobody sets. */
    const timely =
      (body: string | object): typeof REFUSED =>
      (response, { headers }) => {
        const time = origin + clock.monotonic();
        const [, ...parts] = /^(.{4})(..)(..T..)(..)(..Z)$/u.exec(String(headers['x-sdk-date'])) ?? [];
        const [year, month, day, minute, second] = parts;
        const isTimely = Math.abs(Date.parse(`${year}-${month}-${day}:${minute}:${second}`) - time) < 900_000;
        response.setHeader('date', httpDate(time));
        sendAnswer(response, isTimely ? { body } : { status: 401, body: { error_code: 'APIGW.0301' } });
      };
    fleet.api.misbehave({
      submit: timely({ request_id: 'r' }),
      wait: timely({ status: 'finished' }),
      download: timely(GOOD_FILE),
    });
    let rounds = 1;
    await fleet.round(rounds);
    for (const stepMs of [-3_600_000, 3_600_000, -3_600_000, 0]) {
      const endedAt = clock.monotonic();
      // Shortly before the next run.
      await fleet.until(() => clock.monotonic() - endedAt > 25_000);
      clock.jump(stepMs);
      rounds += 1;
      await fleet.round(rounds);
      assert.ok(clock.monotonic() - endedAt <= 95_000, `${clock.monotonic() - endedAt} ms`);
    }
    for (const { collections } of fleet.statuses) {
      assert.deepEqual(collections, { success: rounds, error: 0, skipped: 0 });
    }
  });
});
