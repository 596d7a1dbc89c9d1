// What a credential is refused for one node, one project or at one endpoint stays there, whatever kind of credential it is; a
// credential that can be renewed is, and no more often than that can help.
import assert from 'node:assert/strict';
import { closeServers, type SeenRequest, type Step, sendAnswer } from '../support/scripted-server.js';
import { refusal } from './answers.js';
import { CANARIES } from './canaries.js';
import { GOOD_FILE, type Misbehaviour, PROJECT_ID } from './hostile-api.js';
import { WITH_PASSWORD } from './rehearsal.js';
import { nodeIdOf, ScheduledRehearsal, type ScheduledRehearsalOptions } from './scheduled-rehearsal.js';

const STATIC = {
  'access key': { access_key: { ak: CANARIES.accessKey, sk: CANARIES.secretKey } },
  token: { token: { value: CANARIES.token } },
};
const REFUSED = refusal(401, 'APIGW.0301', 'verify aksk signature fail');
const GOOD = {
  submit: { body: { request_id: 'r' } },
  wait: { body: { status: 'finished' } },
  download: { headers: { 'content-type': 'text/csv' }, body: GOOD_FILE },
} as const;

type Phase = keyof typeof GOOD;

describe('what is refused', () => {
  let fleet: ScheduledRehearsal;
  let refused: string[];
  let refusedInRow: number;
  let mostInRow: number;

  beforeEach(() => {
    refused = [];
    refusedInRow = 0;
    mostInRow = 0;
  });
  afterEach(async () => {
    await fleet.close();
    await closeServers();
  });

  const start = async (
    options: Omit<ScheduledRehearsalOptions, 'maxConcurrent'> & { readonly maxConcurrent?: number },
  ): Promise<void> => {
    fleet = await ScheduledRehearsal.start({ maxConcurrent: 8, ...options });
  };
  /** The requests of collections for which `isRefused`, as the gateway counts them. */
  const refusing = (isRefused: (request: SeenRequest, phase: Phase) => boolean): Misbehaviour => {
    const step =
      (phase: Phase): Step =>
      (response, request) => {
        const isIt = isRefused(request, phase);
        refusedInRow = isIt ? refusedInRow + 1 : 0;
        mostInRow = Math.max(mostInRow, refusedInRow);
        if (isIt) {
          refused.push(request.target);
        }
        const answer = isIt ? REFUSED : GOOD[phase];
        if (typeof answer === 'function') {
          answer(response, request);
        } else {
          sendAnswer(response, answer);
        }
      };
    return { submit: step('submit'), wait: step('wait'), download: step('download') };
  };
  const isOf =
    (...nodes: readonly number[]) =>
    ({ target }: SeenRequest) =>
      nodes.some((node) => target.includes(`/nodes/${nodeIdOf(node)}/`));
  const rounds = async (from: number, to: number): Promise<void> => {
    for (let round = from; round <= to; round += 1) {
      await fleet.round(round);
    }
  };
  /** How many collections of each node failed, in the order of the configuration. */
  const failures = () =>
    fleet.statuses
      .toSorted((one, other) => (one.node.nodeId < other.node.nodeId ? -1 : 1))
      .map(({ collections }) => collections.error);
  const none = (nodes: number) => Array(nodes).fill(0);

  for (const [kind, auth] of Object.entries(STATIC)) {
    for (const [node, minutes, times] of [
      [0, 60, 11],
      [9, 15, 4],
    ] as const) {
      it(`of the ${kind} for node ${node} of ten is tried once in 330 s, and no other node misses a collection in ${minutes} minutes`, async () => {
        await start({ nodes: 10, auth });
        fleet.api.misbehave(refusing(isOf(node)));
        await rounds(1, minutes);
        assert.deepEqual(failures(), none(10).with(node, minutes));
        // In the first two minutes, then in every sixth.
        assert.equal(refused.length, times);
        assert.equal(mostInRow, 1);
        assert.match(
          fleet.statuses[node]?.lastError?.message ?? '',
          /^node "0{31}\dno07": got \d+ refusals in a row of a credential that is accepted for others, expected none/u,
        );

        fleet.api.misbehave({});
        await fleet.until(() => fleet.up === 10);
        assert.ok((failures()[node] ?? 0) <= minutes + 6);
      });
    }

    it(`of the ${kind} for a whole project is tried with one node in 330 s, and the other project misses nothing`, async () => {
      await start({ nodes: 6, auth, second: { nodes: 2, isElsewhere: false } });
      fleet.api.misbehave(refusing(({ target }) => target.includes(PROJECT_ID)));
      await rounds(1, 20);
      assert.deepEqual(failures(), [...Array(6).fill(20), 0, 0]);
      assert.equal(refused.length, 2 + 3);
      assert.ok(mostInRow <= 2);
      assert.match(
        fleet.statuses[0]?.lastError?.message ?? '',
        /^project "c{32}": got \d refusals in a row of a credential that is accepted for others/u,
      );
    });

    it(`of the ${kind} at one endpoint does not shut it out of another`, async () => {
      await start({ nodes: 4, auth, second: { nodes: 4, isElsewhere: true } });
      fleet.api.misbehave(refusing(() => true));
      await rounds(1, 12);
      assert.deepEqual(failures(), [12, 12, 12, 12, 0, 0, 0, 0]);
      assert.equal(refused.length, 2 + 1);

      fleet.api.misbehave({});
      await fleet.until(() => fleet.up === 8);
      assert.match(fleet.log.lines.join('\n'), /credential: got \d refusals? in a row, expected none/u);
    });
  }

  it('for one operation of a node alone is no more than that node', async () => {
    await start({ nodes: 10, auth: STATIC['access key'] });
    await rounds(1, 2);
    fleet.api.misbehave(refusing((request, phase) => phase === 'wait' && isOf(3)(request)));
    await rounds(3, 20);
    assert.deepEqual(failures(), none(10).with(3, 18));
    assert.equal(refused.length, 2 + 2);
  });

  it('for three nodes that were let in before, all at once, is no more than those', async () => {
    await start({ nodes: 10, auth: STATIC['access key'] });
    await rounds(1, 2);
    fleet.api.misbehave(refusing(isOf(0, 1, 2)));
    await rounds(3, 22);
    assert.deepEqual(failures(), [20, 20, 20, 0, 0, 0, 0, 0, 0, 0]);
    assert.ok(refused.length <= 3 * (2 + 4), `${refused.length} requests`);
    assert.ok(mostInRow <= 3);
  });

  it('for a project that was let in before, all its nodes at once, is no more than that project', async () => {
    await start({ nodes: 9, auth: STATIC['access key'], second: { nodes: 2, isElsewhere: false } });
    await rounds(1, 2);
    fleet.api.misbehave(refusing(({ target }) => target.includes(PROJECT_ID)));
    await rounds(3, 12);
    assert.deepEqual(failures(), [...Array(9).fill(10), 0, 0]);
    // All that had a slot, and a trial after the pause.
    assert.ok(refused.length <= 8 + 1 + 2, `${refused.length} requests`);
  });

  it('for the list of instances alone leaves collections alone', async () => {
    await start({ nodes: 3, auth: STATIC['access key'], isDiscovered: true });
    fleet.api.misbehave({ ...refusing(() => false), instances: REFUSED });
    await rounds(1, 10);
    assert.deepEqual(failures(), none(3));
    assert.match(fleet.log.lines.join('\n'), /discovery failed.*error=list_instances: got 401/u);
  });

  it('shuts out a key that was accepted before it locks, when it is refused everywhere', async () => {
    await start({ nodes: 10, auth: STATIC['access key'] });
    await rounds(1, 1);
    fleet.api.misbehave(refusing(() => true));
    await rounds(2, 5);
    // What was under way at the same time, and no more.
    assert.ok(refused.length <= 8, `${refused.length} refusals`);
    const before = refused.length;
    await rounds(6, 7);
    assert.equal(refused.length, before);
    fleet.api.misbehave({});
    await fleet.until(() => fleet.up === 10);
  });

  describe('and can be renewed', () => {
    let tokens: number;
    let isAccepted: (token: unknown, request: SeenRequest) => boolean;

    /** IAM, which gives another token each time. */
    const issuing: Step = (response) => {
      tokens += 1;
      sendAnswer(response, {
        status: 201,
        headers: { 'x-subject-token': `token-${tokens}` },
        body: { token: { expires_at: new Date(fleet.clock.now() + 86_400_000).toISOString() } },
      });
    };
    const startWithPassword = async (nodes: number): Promise<void> => {
      tokens = 0;
      await start({ nodes, maxConcurrent: nodes, auth: WITH_PASSWORD });
      fleet.api.misbehave({
        ...refusing((request) => !isAccepted(request.headers['x-auth-token'], request)),
        token: issuing,
      });
    };

    it('is renewed once for 50 nodes, seconds after it was issued: no collection is lost', async () => {
      let revoked = false;
      isAccepted = (token, { target }) => {
        revoked ||= target.includes('realtime-session-task');
        return token !== (revoked ? 'token-1' : 'another');
      };
      await startWithPassword(50);
      await rounds(1, 2);
      assert.equal(tokens, 2);
      assert.equal(fleet.failed('auth'), 0);
      assert.ok(refused.length > 0);
    });

    it('is renewed once a minute at most where IAM gives nothing better', async () => {
      isAccepted = () => false;
      await startWithPassword(50);
      await rounds(1, 20);
      assert.equal(fleet.up, 0);
      // With the first refusal, and with each trial after a pause.
      assert.ok(tokens <= 2 + 4, `${tokens} tokens in 20 minutes`);
      assert.ok(refused.length <= 3 + 2 * 4, `${refused.length} refusals in 20 minutes`);
    });

    it('is not renewed again and again for a node that it never helps', async () => {
      isAccepted = (_token, request) => !isOf(4)(request);
      await startWithPassword(10);
      await rounds(1, 20);
      assert.deepEqual(failures(), none(10).with(4, 20));
      assert.equal(tokens, 2);
    });
  });
});
