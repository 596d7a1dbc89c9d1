import assert from 'node:assert/strict';
import { viewNode } from '../../src/expose/node-view.js';
import { counts, NODE_STATUS, NOW, SNAPSHOT, UNTRIED_STATUS } from './node-status-fixture.js';

describe('viewNode', () => {
  it('tells everything of a node, by the names of the labels', () => {
    const dimensions = new Map([['user', counts({ app: 5, batch: 1 })]] as const);
    const view = viewNode({ ...NODE_STATUS, snapshot: { ...SNAPSHOT, dimensions } }, NOW);
    assert.deepEqual(view, {
      project: 'production',
      instance_id: '6754902da1f447269c6979b0590102a5in07',
      node_id: '941d21130b3c4899ad1a752a0945befdno07',
      instance_name: 'orders',
      node_name: 'orders-primary',
      cloud_region: 'ap-southeast-3',
      role: 'master',
      state: 'up',
      last_success: '2026-01-02T03:04:05.250Z',
      next_run: '2026-01-02T03:05:03.000Z',
      last_error: null,
      sessions: 6,
      previous_sessions: 4,
      top: {
        user: [
          { value: 'app', sessions: 5 },
          { value: 'batch', sessions: 1 },
        ],
      },
    });
  });

  it('is pending before the first try, down after a failure, stale without recent figures', () => {
    const staleAt = NODE_STATUS.staleAt ?? 0;
    assert.equal(viewNode(UNTRIED_STATUS, NOW).state, 'pending');
    assert.equal(viewNode(NODE_STATUS, NOW).state, 'up');
    assert.equal(viewNode({ ...NODE_STATUS, up: false }, NOW).state, 'down');
    assert.equal(viewNode({ ...NODE_STATUS, up: false }, staleAt).state, 'down');
    assert.equal(viewNode(NODE_STATUS, staleAt).state, 'stale');
  });

  it('shows no figures that are too old', () => {
    const view = viewNode(NODE_STATUS, NODE_STATUS.staleAt ?? 0);
    assert.deepEqual([view.sessions, view.previous_sessions, view.top], [null, null, {}]);
    assert.equal(view.last_success, '2026-01-02T03:04:05.250Z');
  });

  it('picks the values with the most sessions', () => {
    const user = counts({ a: 1, b: 7, c: 3, d: 3, e: 9, f: 2, g: 1 });
    const view = viewNode(
      { ...NODE_STATUS, snapshot: { ...SNAPSHOT, dimensions: new Map([['user', user]]) } },
      NOW,
    );
    assert.deepEqual(
      view.top.user?.map(({ value }) => value),
      ['e', 'b', 'c', 'd', 'f'],
    );
  });

  it('keeps an error to one line of at most 500 characters', () => {
    const message = `got \u001b[31m"a\r\nb"\u0085${'x'.repeat(1_000_000)}`;
    const { last_error: error } = viewNode(
      { ...NODE_STATUS, lastError: { reason: 'api', message, at: NOW } },
      NOW,
    );
    assert.match(error?.message ?? '', /^got {2}\[31m"a b" x+$/);
    assert.ok((error?.message.length ?? 0) <= 500);
  });
});
