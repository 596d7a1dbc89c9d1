import assert from 'node:assert/strict';
import type { ExplainedStatus, TaskStatus } from '../../src/collect/session-api.js';
import { waitForTask } from '../../src/collect/wait-for-task.js';
import { startDeadline } from '../../src/model/deadline.js';
import { FakeClock } from '../support/fake-clock.js';
import { sampleNode } from './sample-node.js';
import { ScriptedApi } from './scripted-api.js';

describe('waitForTask', () => {
  let clock: FakeClock;
  let api: ScriptedApi;

  beforeEach(() => {
    clock = new FakeClock();
    api = new ScriptedApi(clock);
  });

  async function wait(statuses: (TaskStatus | ExplainedStatus)[], pollIntervalMs = 1000): Promise<void> {
    api.statuses = statuses;
    const deadline = startDeadline(clock, 50_000);
    const waiting = waitForTask('realtime_session-1', {
      api,
      clock,
      node: sampleNode(),
      deadline,
      pollIntervalMs,
    }).finally(deadline.clear);
    await Promise.all([waiting, clock.advance(60_000)]);
  }

  const askedAt = () => api.calls.map(([, at]) => at);
  const running = (times: number): TaskStatus[] => Array(times).fill('running');

  it('asks less and less often, up to every 5 s', async () => {
    await wait([...running(6), 'finished']);
    assert.deepEqual(askedAt(), [1000, 2500, 4750, 8125, 13125, 18125, 23125]);
  });

  it('keeps a poll interval that is longer than 5 s', async () => {
    await wait([...running(2), 'finished'], 8000);
    assert.deepEqual(askedAt(), [8000, 16000, 24000]);
  });

  it('gives up at the deadline while the task runs', async () => {
    await assert.rejects(wait(['running']), { name: 'CollectionError', reason: 'timeout' });
    await clock.advance(60_000);
    assert.ok(askedAt().every((at) => at < 50_000));
  });

  it('gives up at once when the task failed', async () => {
    await assert.rejects(wait(['running', 'error']), {
      reason: 'task_error',
      message: 'task status: got "error", expected "finished"',
      details: { task_request_id: 'realtime_session-1' },
    });
    assert.equal(api.calls.length, 2);
  });

  it('asks three more times about a task that the API does not recognize', async () => {
    await wait(['unrecognized', 'unrecognized', 'unrecognized', 'finished']);
    assert.equal(api.calls.length, 4);
  });

  it('gives up when the task is unrecognized a fourth time', async () => {
    await assert.rejects(wait(['unrecognized']), {
      reason: 'task_unrecognized',
      message: 'task status: got "unrecognized" 4 times, expected "finished"',
    });
    assert.equal(api.calls.length, 4);
  });

  it('passes on what the API says of a task without a result', async () => {
    await assert.rejects(wait([{ status: 'error', said: ' E.1 "no"' }]), {
      reason: 'task_error',
      message: 'task status: got "error" E.1 "no", expected "finished"',
    });
    await assert.rejects(wait([{ status: 'unrecognized', said: ' "gone"' }]), {
      reason: 'task_unrecognized',
      message: 'task status: got "unrecognized" "gone" 4 times, expected "finished"',
    });
  });

  it('counts unrecognized answers in a row only', async () => {
    const twice: TaskStatus[] = ['unrecognized', 'unrecognized'];
    await wait([...twice, 'running', ...twice, 'finished']);
    assert.equal(api.calls.length, 6);
  });
});
