import assert from 'node:assert/strict';
import { CollectionError } from '../../../src/model/failure.js';
import {
  type Admission,
  type Attempt,
  CircuitBreaker,
  KEY_LIMITS,
  PASSWORD_LIMITS,
} from '../../../src/taurusdb/call/circuit-breaker.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const never = (): AbortSignal => new AbortController().signal;
const nodeScope = (node: number, project = 'P') => [
  `project "${project}"`,
  `instance "${Math.floor(node / 3)}"`,
  `node "${node}"`,
];
const ofNode = (node: number, project = 'P') => ({ scope: nodeScope(node, project) });

describe('circuit breaker', () => {
  let clock: FakeClock;
  let breaker: CircuitBreaker;
  let admitted: Admission[];
  let failures: unknown[];

  beforeEach(() => {
    clock = new FakeClock();
    breaker = new CircuitBreaker(clock, KEY_LIMITS);
    admitted = [];
    failures = [];
  });

  /** Of one credential at one endpoint, for the n-th of many nodes, unless it says otherwise. */
  const attempt = (change: Partial<Attempt> = {}): Attempt => ({
    host: 'gaussdb.example',
    fingerprint: 'key',
    scope: nodeScope(0),
    operation: 'submit',
    patienceMs: 25_000,
    ...change,
  });
  const enter = async (count: number, change: Partial<Attempt> = {}): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      breaker.enter(attempt({ scope: nodeScope(n), ...change }), never()).then(
        (admission) => admitted.push(admission),
        (error) => failures.push(error),
      );
    }
    await settle();
  };
  const sendOne = async (change: Partial<Attempt>, outcome: 'accepted' | 'refused'): Promise<void> => {
    await enter(1, change);
    admitted.pop()?.[outcome]();
    await settle();
  };
  const refuse = (change: Partial<Attempt> = {}) => sendOne(change, 'refused');
  const accept = (change: Partial<Attempt> = {}) => sendOne(change, 'accepted');

  it('lets a second one try a credential where the first does not end, and no third', async () => {
    await enter(5, { patienceMs: 4_000 });
    await clock.advance(3_999);
    assert.equal(admitted.length, 1);
    await clock.advance(10_001);
    assert.equal(admitted.length, 2);
    admitted[1]?.accepted();
    await settle();
    assert.equal(admitted.length, 5);
  });

  it('lets one of 500 requests try a new credential, and all once it was accepted', async () => {
    await enter(500);
    assert.equal(admitted.length, 1);
    admitted[0]?.accepted();
    await settle();
    assert.equal(admitted.length, 500);
    assert.deepEqual(failures, []);
  });

  it('lets one more of 500 try a credential that the first was refused, and fails the others when it is, too', async () => {
    await enter(500);
    admitted[0]?.refused();
    await settle();
    assert.deepEqual([admitted.length, failures.length], [2, 0]);
    admitted[1]?.refused();
    await settle();
    assert.deepEqual([admitted.length, failures.length], [2, 498]);
    assert.ok(failures.every((error) => error instanceof CollectionError && error.reason === 'auth'));
  });

  it('fails those that waited to send the same when it is refused', async () => {
    await enter(3, ofNode(0));
    admitted[0]?.refused();
    await settle();
    assert.deepEqual([admitted.length, failures.length], [1, 2]);
    assert.match(String(failures[0]), /got a refusal of the request that tried it, expected its acceptance/u);
  });

  it('lets the next one try when the first ended without a verdict', async () => {
    await enter(3);
    admitted[0]?.leave();
    await settle();
    assert.equal(admitted.length, 2);
    admitted[1]?.accepted();
    await settle();
    assert.equal(admitted.length, 3);
  });

  it('tries one at a time after a refusal', async () => {
    await accept();
    await refuse();
    await enter(10);
    assert.equal(admitted.length, 1);
  });

  it('sends nothing for 330 s after two refusals in a row', async () => {
    await refuse();
    await refuse();
    await clock.advance(329_999);
    await enter(5);
    assert.equal(admitted.length, 0);
    assert.match(
      String(failures[0]),
      /credential: got 2 refusals in a row, expected none \(nothing is sent with it for 1 s or until it changes\)/u,
    );
    assert.ok(failures.every((error) => error instanceof CollectionError && error.reason === 'auth'));
    await clock.advance(1);
    await enter(5);
    assert.equal(admitted.length, 1);
  });

  it('keeps the words of the last refusal beside the pause, and those of each part by itself', async () => {
    for (const words of ['submit: got 401 APIGW.0301 "first"', 'submit: got 401 APIGW.0301 "second"']) {
      await enter(1);
      admitted.pop()?.refused(words);
      await settle();
    }
    await enter(1);
    const ofKey = 'until it changes); the last one: submit: got 401 APIGW.0301 "second"';
    assert.ok(String(failures[0]).endsWith(ofKey), String(failures[0]));
    await accept({ fingerprint: 'other', scope: nodeScope(1) });
    for (let n = 0; n < 2; n += 1) {
      await enter(1, { fingerprint: 'other', scope: nodeScope(2) });
      admitted.pop()?.refused('wait: got 401 "of this node"');
      await accept({ fingerprint: 'other', scope: nodeScope(1) });
    }
    await enter(1, { fingerprint: 'other', scope: nodeScope(2) });
    assert.match(String(failures[1]), /^.*node "2": got 2 .*; the last one: wait: got 401 "of this node"$/u);
  });

  it('sends a refused password once in 15 minutes', async () => {
    breaker = new CircuitBreaker(clock, PASSWORD_LIMITS);
    await refuse();
    await clock.advance(899_999);
    await enter(5);
    assert.equal(admitted.length, 0);
    assert.match(String(failures[0]), /credential: got 1 refusal, expected none/u);
    await clock.advance(1);
    await enter(5);
    assert.equal(admitted.length, 1);
  });

  it('is shut again at once by a refusal after the pause', async () => {
    await refuse();
    await refuse();
    await clock.advance(330_000);
    await refuse();
    await enter(1);
    assert.equal(admitted.length, 0);
  });

  it('forgets refusals once the credential is accepted', async () => {
    await refuse();
    await accept();
    await refuse();
    await enter(1);
    assert.equal(admitted.length, 1);
  });

  it('knows nothing against a changed secret', async () => {
    await refuse();
    await refuse();
    await enter(1, { fingerprint: 'new key' });
    assert.equal(admitted.length, 1);
  });

  it('does not take the late acceptance of an earlier request for a sign of trust', async () => {
    await accept();
    await enter(2);
    admitted[1]?.refused();
    admitted[0]?.accepted();
    admitted = [];
    await enter(2);
    assert.equal(admitted.length, 1);
  });

  it('counts only the first word about a request', async () => {
    await enter(1);
    admitted[0]?.refused();
    admitted[0]?.leave();
    admitted[0]?.refused();
    admitted = [];
    await enter(1);
    assert.equal(admitted.length, 1);
  });

  it('lets a waiter go when its deadline passes', async () => {
    await enter(1);
    const waiter = new AbortController();
    const waiting = assert.rejects(breaker.enter(attempt(), waiter.signal), /too late/u);
    waiter.abort(new Error('too late'));
    await waiting;
    admitted[0]?.leave();
    await enter(1);
    assert.equal(admitted.length, 2);
  });

  describe('of what one node alone is refused', () => {
    const others = async (outcome: 'accepted' | 'refused', nodes = [1, 2, 3, 4]): Promise<void> => {
      for (const node of nodes) {
        await sendOne(ofNode(node), outcome);
      }
    };
    const message = () => String(failures.at(-1));

    it('fails nobody else, whatever was first', async () => {
      await enter(10);
      admitted[0]?.refused();
      await settle();
      admitted[1]?.accepted();
      await settle();
      assert.deepEqual([admitted.length, failures.length], [10, 0]);
    });

    it('tries the credential with another instance first, then with another project', async () => {
      const told: number[] = [];
      const wait = (node: number, project = 'P') =>
        breaker.enter(attempt(ofNode(node, project)), never()).then((admission) => {
          told.push(node);
          admitted.push(admission);
        });
      const waits = Promise.allSettled([wait(0), wait(1), wait(2), wait(3), wait(60, 'Q')]);
      await settle();
      admitted[0]?.refused();
      await settle();
      assert.deepEqual(told, [0, 60]);
      admitted[1]?.accepted();
      await settle();
      // The first of the project that was accepted nothing yet.
      assert.deepEqual(told, [0, 60, 3]);
      admitted[2]?.accepted();
      await waits;
    });

    it('shuts out that node after two refusals, and tries it once in 330 s', async () => {
      await accept(ofNode(1));
      await refuse();
      await others('accepted');
      await refuse();
      await enter(1);
      assert.match(
        message(),
        /node "0": got 2 refusals in a row of a credential that is accepted for others, expected none \(nothing is sent for it alone for 330 s or until the credential changes: check/u,
      );
      for (let pause = 0; pause < 5; pause += 1) {
        await clock.advance(329_999);
        await enter(1);
        assert.equal(admitted.length, 0);
        await clock.advance(1);
        await refuse();
        await enter(4, ofNode(1));
        assert.equal(admitted.length, 4, 'nobody is held up by that');
        admitted.splice(0).forEach((admission) => {
          admission.accepted();
        });
      }
      await clock.advance(330_000);
      await accept();
      await enter(1);
      assert.equal(admitted.length, 1);
    });

    it('knows that it is alone, so that no other token is fetched for it', async () => {
      await accept(ofNode(1));
      await refuse();
      await enter(1);
      const [before] = admitted.splice(0);
      before?.leave();
      assert.equal(before?.isRefusedAlone, false, 'nobody was accepted since');
      await others('accepted');
      await enter(1);
      assert.equal(admitted.pop()?.isRefusedAlone, true);
    });

    it('does not take it for over because the node accepts another operation', async () => {
      await accept(ofNode(1));
      await refuse({ operation: 'wait' });
      await accept();
      await refuse({ operation: 'wait' });
      await enter(1);
      assert.equal(admitted.length, 0);
      await clock.advance(330_000);
      await accept();
      await accept({ operation: 'wait' });
      await refuse({ operation: 'wait' });
      await enter(1);
      assert.equal(admitted.length, 1);
    });

    it('shuts out none of those that were let through at the same time', async () => {
      await accept(ofNode(1));
      await enter(10);
      const sent = admitted.splice(0);
      sent[8]?.refused();
      sent[9]?.refused();
      for (const admission of sent.slice(0, 8)) {
        admission.accepted();
      }
      await enter(10);
      admitted[0]?.accepted();
      await settle();
      assert.deepEqual([admitted.length, failures.length], [10, 0]);
    });

    it('shuts out what is refused with the credential once it is refused another node, too', async () => {
      await accept(ofNode(1));
      await refuse();
      await refuse(ofNode(2));
      await enter(20);
      assert.equal(admitted.length, 0);
      assert.match(
        message(),
        /credential: got 2 refusals in a row, expected none \(nothing is sent with it for/u,
      );
    });

    it('does not keep out for ever whom it has turned away: one that was not refused tries next', async () => {
      await refuse();
      await refuse(ofNode(1));
      await clock.advance(100_000);
      await enter(1, ofNode(5));
      await clock.advance(230_000);
      await enter(2);
      assert.equal(admitted.length, 0, 'they were refused');
      await accept(ofNode(5));
      assert.equal(admitted.length, 2, 'they go as soon as it is through');
    });

    it('turns those away that left the trial to another one which does not come within a second', async () => {
      await refuse();
      await refuse(ofNode(1));
      await enter(1, ofNode(5));
      await clock.advance(330_000);
      await enter(2);
      assert.equal(failures.length, 1);
      await clock.advance(1_000);
      assert.deepEqual([admitted.length, failures.length], [0, 3]);
      assert.match(
        message(),
        /credential: got 2 refusals in a row, expected none \(nothing is sent with it for 329 s/u,
      );
    });

    it('lets those that were refused try where the other one never comes again', async () => {
      await refuse();
      await refuse(ofNode(1));
      await enter(1, ofNode(5));
      await clock.advance(659_999);
      await enter(2);
      assert.equal(admitted.length, 0);
      await clock.advance(1);
      await enter(2);
      assert.equal(admitted.length, 1);
    });

    it('sends no more than three in a row of many such nodes, and goes on with the next acceptance', async () => {
      await accept(ofNode(99));
      for (let node = 0; node < 20; node += 1) {
        await refuse(ofNode(node));
        await accept(ofNode(99));
        await refuse(ofNode(node));
        await accept(ofNode(99));
      }
      await clock.advance(330_000);
      await enter(20);
      assert.equal(admitted.length, 3);
      admitted.splice(0).forEach((admission) => {
        admission.refused();
      });
      await settle();
      assert.equal(failures.length, 17);
      await enter(5, ofNode(10));
      assert.equal(admitted.length, 0);
      await accept(ofNode(99));
      await enter(1, ofNode(10));
      assert.equal(admitted.length, 1);
    });

    it('waits for the answer to a request that is under way before it sends a fourth', async () => {
      await accept(ofNode(99));
      for (let node = 0; node < 4; node += 1) {
        await refuse(ofNode(node));
        await accept(ofNode(99));
      }
      await enter(1, ofNode(99));
      const [good] = admitted.splice(0);
      await enter(4);
      admitted.splice(0).forEach((admission) => {
        admission.refused();
      });
      await settle();
      assert.deepEqual([admitted.length, failures.length], [0, 0]);
      good?.accepted();
      await settle();
      assert.deepEqual([admitted.length, failures.length], [1, 0]);
    });
  });

  describe('of what one project alone is refused', () => {
    it('shuts out the project after two nodes of it, and tries it once in 330 s', async () => {
      await accept(ofNode(100, 'Q'));
      for (let pause = 0; pause < 4; pause += 1) {
        await enter(50);
        while (admitted.length > 0) {
          admitted.shift()?.refused();
          await settle();
        }
        const sent = 50 - failures.splice(0).length;
        assert.equal(sent, pause === 0 ? 2 : 1);
        if (pause === 0) {
          await accept(ofNode(100, 'Q'));
        }
        await enter(10, ofNode(100, 'Q'));
        assert.equal(admitted.length, 10);
        admitted.splice(0).forEach((admission) => {
          admission.accepted();
        });
        await enter(1, ofNode(60));
        assert.match(
          String(failures.pop()),
          /project "P": got \d refusals in a row of a credential that is accepted for others, expected none \(nothing is sent for it alone for \d+ s/u,
        );
        await clock.advance(330_000);
      }
    });

    it('tries each of its nodes one after the other until one was accepted', async () => {
      await accept(ofNode(100, 'Q'));
      await enter(10);
      assert.equal(admitted.length, 1);
      admitted[0]?.accepted();
      await settle();
      assert.equal(admitted.length, 10);
    });

    it('shuts out the credential when two projects are refused in a row', async () => {
      await accept(ofNode(100, 'Q'));
      await accept();
      await refuse();
      await refuse(ofNode(100, 'Q'));
      await enter(10, ofNode(200, 'R'));
      assert.equal(admitted.length, 0);
    });

    it('lets another project try the credential after the pause', async () => {
      await refuse();
      await refuse(ofNode(1));
      await enter(1, ofNode(100, 'Q'));
      await clock.advance(330_000);
      await enter(10);
      assert.equal(admitted.length, 0);
      await accept(ofNode(100, 'Q'));
      assert.equal(admitted.length, 1, 'the first of those that waited for it');
      await enter(5, ofNode(100, 'Q'));
      assert.equal(admitted.length, 6);
    });

    it('lets each project try in turn, whatever is asked first', async () => {
      const tried: string[] = [];
      await refuse();
      await refuse(ofNode(100, 'Q'));
      for (let pause = 0; pause < 6; pause += 1) {
        await enter(2);
        await enter(1, ofNode(100, 'Q'));
        await clock.advance(330_000);
        for (const [project, node] of [
          ['P', 0],
          ['P', 1],
          ['Q', 100],
        ] as const) {
          await enter(1, ofNode(node, project));
          if (admitted.length > 0) {
            tried.push(`${project} ${node}`);
          }
          admitted.splice(0).forEach((admission) => {
            admission.refused();
          });
          await settle();
        }
        await clock.advance(1_000);
      }
      assert.deepEqual(tried, ['P 1', 'Q 100', 'P 0', 'Q 100', 'P 1', 'Q 100']);
    });
  });

  it('holds what is known of each endpoint apart', async () => {
    await refuse();
    await refuse();
    await accept({ host: 'gaussdb.elsewhere' });
    await enter(5, { host: 'gaussdb.elsewhere' });
    assert.equal(admitted.length, 5);
    admitted = [];
    await enter(5);
    assert.equal(admitted.length, 0);
  });

  it('tries a password at two endpoints of three, once each, as they ask the same account', async () => {
    breaker = new CircuitBreaker(clock, PASSWORD_LIMITS);
    const hosts = ['iam.one', 'iam.two', 'iam.three'];
    for (const host of hosts) {
      await enter(3, { host, scope: [] });
      admitted.shift()?.refused();
      await settle();
    }
    assert.deepEqual([admitted.length, failures.length], [0, 7]);
  });

  it('goes on with a password that the IAM of another cloud refuses', async () => {
    breaker = new CircuitBreaker(clock, PASSWORD_LIMITS);
    await refuse({ host: 'iam.other-cloud', scope: [] });
    await accept({ host: 'iam.own', scope: [] });
    await enter(5, { host: 'iam.own', scope: [] });
    assert.equal(admitted.length, 5);
    await enter(1, { host: 'iam.other-cloud', scope: [] });
    assert.equal(admitted.length, 5);
    assert.match(
      String(failures[0]),
      /IAM at iam\.other-cloud: got 1 refusal of a credential that is accepted/u,
    );
  });

  it('remembers no more than a thousand credentials', async () => {
    await refuse({ fingerprint: 'first' });
    await refuse({ fingerprint: 'first' });
    for (let n = 0; n < 1_000; n += 1) {
      await accept({ fingerprint: `key ${n}` });
    }
    await enter(1, { fingerprint: 'first' });
    assert.equal(admitted.length, 1);
  });
});
