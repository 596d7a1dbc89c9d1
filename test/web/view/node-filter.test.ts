import assert from 'node:assert/strict';
import type { DatabaseNode } from '../../../src/model/node.js';
import { nodeFilter } from '../../../src/web/view/node-filter.js';
import { viewNode } from '../../../src/web/view/node-view.js';
import { DATABASE_NODE, MOMENT, NODE_STATUS } from '../../support/node-status-fixture.js';

function takes(words: string, changes: Partial<DatabaseNode> = {}, up = true): boolean {
  const status = { ...NODE_STATUS, up, node: { ...DATABASE_NODE, ...changes } };
  return nodeFilter(words)(viewNode(status, MOMENT.monotonic, 'shown'));
}

describe('nodeFilter', () => {
  it('looks at names, ids, project, role, region and state', () => {
    for (const words of [
      '',
      'orders-primary',
      'befdno07',
      '0102a5in07',
      'production',
      'master',
      'ap-southeast',
      'up',
    ]) {
      assert.ok(takes(words), words);
    }
    assert.ok(takes('replica', { role: 'slave' }) && takes('slave', { role: 'slave' }));
    assert.ok(takes('down', {}, false) && !takes('down'));
    assert.ok(takes('nearly full', { maxConnections: 6 }));
    assert.ok(!takes('5000') && !takes('1'.repeat(9)), 'not its figures');
  });

  it('takes nodes that have all of the words, wherever they stand', () => {
    assert.ok(takes('primary prod AP-'));
    assert.ok(!takes('primary staging'));
    // No word reaches from one name into the next.
    assert.ok(!takes('ordersproduction'));
  });

  it('takes letters of either case, of any width and form, as alike', () => {
    for (const [words, name] of [
      ['ORDERS', 'orders'],
      ['ｏｒｄｅｒｓ', 'orders'],
      ['orders', 'ｏｒｄｅｒｓ'],
      ['e\u0301t\u00e9', '\u00c9TE\u0301'],
      ['strasse', 'STRAẞE'],
      ['ΟΔΟΣ', 'οδος'],
      ['订单', '主订单库'],
      ['ｶﾞ', 'ガ'],
    ] as const) {
      assert.ok(takes(words, { name }), words);
    }
  });

  it('takes nothing of its words as a pattern', () => {
    assert.ok(!takes('.*') && !takes('order?') && takes('a[0]*', { name: 'a[0]*' }));
  });
});
