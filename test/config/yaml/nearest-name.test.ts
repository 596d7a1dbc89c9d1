import assert from 'node:assert/strict';
import { keyHint, nameAt, nameNear, nearestName } from '../../../src/config/yaml/nearest-name.js';

describe('nearestName', () => {
  const known = ['timeout', 'timezone', 'splay', 'ak', 'sk'];

  it('finds the name with a letter wrong, missing, added or swapped', () => {
    for (const typed of ['timeaut', 'timeot', 'timeoutt', 'tiemout', 'TimeOut']) {
      assert.equal(nearestName(typed, known), 'timeout');
    }
  });

  it('takes two swapped letters of a short name for one slip', () => {
    const words = ['warn', 'db', 'error'];
    assert.equal(nearestName('wran', words), 'warn');
    assert.equal(nearestName('bd', words), 'db');
    assert.equal(nearestName('nraw', words), undefined);
  });

  it('prefers the nearest', () => {
    assert.equal(nearestName('abcde', ['abcxy', 'abcdx', 'abxye']), 'abcdx');
  });

  it('finds nothing where too much differs', () => {
    for (const typed of ['', 'x', 'interval', 'token', 'y'.repeat(100_000)]) {
      assert.equal(nearestName(typed, ['timeout', 'splay']), undefined);
    }
  });
});

describe('keyHint', () => {
  const known = ['ak', 'ak_file', 'sk', 'sk_file'];

  it('tells the nearest name, and what parts it from its value where that is missing', () => {
    assert.equal(keyHint('skk', known), 'did you mean "sk"?');
    const parted = 'did you mean "sk"? A colon and a blank stand between a key and its value';
    for (const typed of ['sk:"S3cr3t"', 'sk=S3cr3t', 'sk S3cr3t', '"sk: S3cr3t', 'skk: S3cr3t']) {
      assert.equal(keyHint(typed, known), parted);
    }
  });

  it('tells all names where none is near, and never what was typed', () => {
    assert.equal(keyHint('S3cr3t', known), 'known here: ak, ak_file, sk, sk_file');
    assert.equal(keyHint('S3cr3t', []), 'no key is known here');
  });
});

describe('nameNear', () => {
  const known = ['auth', 'ak', 'sk', 'timeout'];

  it('is the last known name before the place', () => {
    assert.equal(nameNear('auth: { ak: x, sk y }', 19, known), 'sk');
    assert.equal(nameNear('auth: { ak: x, sk y }', 13, known), 'ak');
  });

  it('is what the first word of the line resembles, where no word is known', () => {
    assert.equal(nameNear('  timeoutt 3', 12, known), 'timeout');
    assert.equal(nameNear('x: S3cr3t', 4, known), undefined);
    assert.equal(nameNear('', 1, known), undefined);
  });
});

describe('nameAt', () => {
  it('is the known name that a key starts with', () => {
    for (const line of ['  sk: x', '  sk=S3cr3t: x', '  "sk S3cr3t": x']) {
      assert.equal(nameAt(line, 3, ['ak', 'sk']), 'sk');
    }
    for (const line of ['  skk: sk', '  x: sk', '']) {
      assert.equal(nameAt(line, 3, ['ak', 'sk']), undefined);
    }
  });
});
