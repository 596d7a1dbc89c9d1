import assert from 'node:assert/strict';
import { type CloudProject, knownBefore } from '../../src/model/cloud-project.js';

type Row = readonly [name: string, id: string | undefined, access?: string, region?: string];

const cloud = ([name, id, access = 'key', region = 'cn-north-4']: Row): CloudProject => ({
  name,
  region,
  id,
  access,
});

/** By name now: the name under which it was known. */
function knownAs(before: readonly Row[], now: readonly Row[]): Record<string, string | undefined> {
  const projects = now.map(cloud);
  const known = knownBefore(before.map(cloud), (state) => state, projects);
  return Object.fromEntries(projects.map((project) => [project.name, known(project)?.name]));
}

describe('knownBefore', () => {
  const CASES: Readonly<
    Record<
      string,
      readonly [before: readonly Row[], now: readonly Row[], known: Record<string, string | undefined>]
    >
  > = {
    'a project that stays': [[['a', '1']], [['a', '1']], { a: 'a' }],
    'a new name': [[['a', '1']], [['b', '1']], { b: 'a' }],
    'names that are exchanged': [
      [
        ['a', '1'],
        ['b', '2'],
      ],
      [
        ['b', '1'],
        ['a', '2'],
      ],
      { b: 'a', a: 'b' },
    ],
    'names that move on': [
      [
        ['a', '1'],
        ['b', '2'],
      ],
      [
        ['b', '1'],
        ['c', '2'],
      ],
      { b: 'a', c: 'b' },
    ],
    'another id': [[['a', '1']], [['a', '2']], { a: undefined }],
    'an id that is written now': [[['a', undefined]], [['a', '1']], { a: 'a' }],
    'an id that is looked up now': [[['a', '1']], [['a', undefined]], { a: 'a' }],
    'another key of the same name': [[['a', undefined, 'k']], [['a', undefined, 'l']], { a: 'a' }],
    'another name and another key': [[['a', undefined, 'k']], [['b', undefined, 'l']], { b: undefined }],
    'another region of the same name': [
      [['a', undefined, 'k', 'cn-north-4']],
      [['a', undefined, 'k', 'cn-east-3']],
      { a: undefined },
    ],
    'a second configured project of the same one': [
      [['a', '1']],
      [
        ['a', '1'],
        ['b', '1'],
      ],
      { a: 'a', b: undefined },
    ],
  };
  for (const [what, [before, now, known]] of Object.entries(CASES)) {
    it(`knows ${what}`, () => {
      assert.deepEqual(knownAs(before, now), known);
    });
  }
});
