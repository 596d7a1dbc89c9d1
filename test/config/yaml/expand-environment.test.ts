// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { formatPath } from '../../../src/config/yaml/config-errors.js';
import { expandEnvironment, referencesIn } from '../../../src/config/yaml/expand-environment.js';

const ENV = { A: 'a', B: '${A}', EMPTY: '', _1: 'one' };

function expand(value: unknown): { value: unknown; reports: string[] } {
  const reports: string[] = [];
  return {
    value: expandEnvironment(value, ENV, (path, message) => reports.push(`${formatPath(path)}: ${message}`)),
    reports,
  };
}

describe('expandEnvironment', () => {
  const right: Readonly<Record<string, string>> = {
    'no variable': 'no variable',
    '${A}': 'a',
    'x${A}y${_1}z': 'xayonez',
    '${A}${A}': 'aa',
    '${B}': '${A}',
    '${EMPTY}': '',
    '${EMPTY:-x}': 'x',
    '${UNSET:-x}': 'x',
    '${UNSET:-}': '',
    '${UNSET:-a b:-$c}': 'a b:-$c',
    '${A:-x}': 'a',
    '$${A}': '${A}',
    '$$${A}': '$${A}',
    '$${A}${A}': '${A}a',
    '${A}$${A}': 'a${A}',
    '$A $ {A} }': '$A $ {A} }',
    '${A}$': 'a$',
  };
  for (const [text, expanded] of Object.entries(right)) {
    it(`fills in ${text}`, () => assert.deepEqual(expand(text), { value: expanded, reports: [] }));
  }

  for (const text of ['${', '${A', '${}', '${1}', '${A-B}', '${A:x}', '${ A }', '${toString']) {
    it(`refuses ${text}`, () => {
      const { value, reports } = expand(text);
      assert.equal(value, '');
      assert.match(reports.join(), /^: got a "\$\{" that starts no variable, expected /u);
    });
  }

  it('fills in lists and mappings, and leaves everything but text as it is', () => {
    assert.deepEqual(expand({ a: ['${A}', 1, true, null, { '${A}': '${UNSET}' }] }), {
      value: { a: ['a', 1, true, null, { '${A}': '' }] },
      reports: ['a[4]["${A}"]: environment variable UNSET is not set'],
    });
  });

  it('does not take what every object inherits for a variable', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      assert.deepEqual(expand(`\${${name}}`).reports, [
        ': the environment variable that stands here is not set',
      ]);
    }
  });

  it('takes a megabyte of openings in its stride', () => {
    assert.equal(expand('${'.repeat(500_000)).reports.length, 1);
    assert.equal(expand('$${'.repeat(300_000)).reports.length, 0);
  });
});

describe('referencesIn', () => {
  it('names the variables, without their defaults', () => {
    assert.deepEqual(referencesIn('${A} $${B} ${C:-secret} ${1}'), ['${A}', '${C}']);
  });
});
