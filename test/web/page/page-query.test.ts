import assert from 'node:assert/strict';
import { NO_QUERY, pathWith, readQuery, writeQuery } from '../../../src/web/page/page-query.js';

describe('readQuery', () => {
  const read = (text: string) => readQuery(text, (id) => id === '7' || id === 'a&b=c');

  it('reads what is asked for in any order and combination, and writes it in one', () => {
    for (const [text, written] of [
      ['', ''],
      ['x=1&y', ''],
      ['q=', ''],
      ['q=%20%09%E3%80%80', ''],
      ['open=8', ''],
      ['open=7', 'open=7'],
      ['refresh=off', 'refresh=off'],
      ['refresh=off&x', 'refresh=off'],
      ['refresh=on', ''],
      ['refresh=off&open=7&q=a', 'q=a&open=7&refresh=off'],
      ['open=7&open=8&q=+a+%20b+&q=c', 'q=a+b&open=7'],
      ['q=%EF%BD%81%E3%80%80%EF%BC%91', 'q=a+1'],
      ['q=a%26refresh%3Doff', 'q=a%26refresh%3Doff'],
      ['open=a%26b%3Dc', 'open=a%26b%3Dc'],
      ['q=%00a%0D%0Ab%E2%80%AE', 'q=a+b'],
    ] as const) {
      assert.equal(writeQuery(read(text)), written, text);
      assert.deepEqual(read(writeQuery(read(text))), read(text));
    }
  });

  it('keeps the first 100 characters of a filter, none of them cut in half', () => {
    assert.equal(read(`q=${'x'.repeat(99)}${encodeURIComponent('𠮷𠮷')}`).q, `${'x'.repeat(99)}𠮷`);
    // One character that stands for 18 others.
    assert.equal([...read(`q=${encodeURIComponent('\ufdfa'.repeat(800))}`).q].length <= 100, true);
  });
});

describe('pathWith', () => {
  it('has no question mark where nothing is asked for', () => {
    assert.equal(pathWith('/', NO_QUERY), '/');
    assert.equal(pathWith('/x', { q: 'é ', open: '', paused: true, node: '' }), '/x?q=%C3%A9+&refresh=off');
  });
});
