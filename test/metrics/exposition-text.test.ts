import assert from 'node:assert/strict';
import { headerLines, label, sampleLine } from '../../src/metrics/exposition-text.js';

describe('headerLines', () => {
  const family = { name: 'a_total', type: 'counter', help: 'Says "a\\b",\nthen c.' };

  it('escapes backslash and line feed in text', () => {
    assert.equal(
      headerLines(family, 'text'),
      '# HELP a_total Says "a\\\\b",\\nthen c.\n# TYPE a_total counter\n',
    );
  });

  it('escapes quotes too in OpenMetrics, and names a counter without _total', () => {
    assert.equal(
      headerLines(family, 'openmetrics'),
      '# HELP a Says \\"a\\\\b\\",\\nthen c.\n# TYPE a counter\n',
    );
  });

  it('leaves _total in the name of what is no counter', () => {
    assert.match(headerLines({ ...family, type: 'gauge' }, 'openmetrics'), /^# HELP a_total /);
  });
});

describe('label', () => {
  it('escapes backslash, quote and line feed, and leaves other characters alone', () => {
    assert.equal(label('user', 'a\\b"c\nd\te\0f,g{h}用'), 'user="a\\\\b\\"c\\nd\te\0f,g{h}用"');
  });
});

describe('sampleLine', () => {
  it('writes numbers in full, with labels and without', () => {
    assert.equal(sampleLine('a', '', 9_007_199_254_740_991), 'a 9007199254740991\n');
    assert.equal(sampleLine('a', 'b="c"', 1767323045.25), 'a{b="c"} 1767323045.25\n');
  });
});
