import assert from 'node:assert/strict';
import * as v from 'valibot';
import { namedValues, section } from '../../../src/config/section.js';
import { Disclosure, type Shows } from '../../../src/config/yaml/disclosure.js';
import { partsOf } from '../../../src/config/yaml/schema-parts.js';

const SCHEMA = section({
  harmless: v.optional(
    section({ level: v.optional(v.string()), labels: namedValues(v.string(), v.string()) }),
    { labels: {} },
  ),
  beside: section({ region: v.string(), items: v.array(section({ timeout: v.string() })) }),
  secret: section({ ak: v.pipe(v.string(), v.metadata({ secretPart: /./u })), count: v.number() }),
});

const SHOWS: Readonly<Record<string, Shows>> = { harmless: 'names', beside: 'typos', secret: 'nothing' };

describe('Disclosure', () => {
  const disclosure = new Disclosure(partsOf(SCHEMA), ([first = '']) => SHOWS[first] ?? 'typos');

  const paths: readonly (readonly [path: readonly (string | number)[], shown: number])[] = [
    [[], 0],
    [['beside', 'items', 3, 'timeout'], 4],
    [['harmless', 'labels', 'team'], 3],
    [['harmless', 'labels', 'team', 'deeper'], 3],
    [['harmless', 'labels', 'sk=S3cr3tS3cr3t'], 2],
    [['harmless', 'labels', 'x'.repeat(41)], 2],
    [['harmless', 'levle'], 2],
    [['harmless', 'levle', 'level'], 2],
    [['harmless', 's3cr3t'], 1],
    [['harmless', 0], 1],
    [['harmles'], 1],
    [['harmlessabcd'], 0],
    [['harmles$'], 0],
    [['beside', 'regoin'], 2],
    [['beside', 'region=x'], 1],
    [['secret', 'akk'], 1],
    [['secret', 'counts'], 1],
    [['secret', 'ak', 'S3cr3t'], 2],
  ];
  for (const [path, shown] of paths) {
    it(`shows ${shown} of the keys ${JSON.stringify(path).slice(0, 60)}`, () => {
      assert.deepEqual(disclosure.path(path), path.slice(0, shown));
    });
  }

  const texts: readonly (readonly [key: readonly (string | number)[], text: string, mayShow: boolean])[] = [
    [['harmless', 'level'], 'America/Argentina/Buenos_Aires', true],
    [['harmless', 'level'], '[localhost]:65536', true],
    [['harmless', 'level'], '61 * * * *', true],
    [['harmless', 'level'], 'info sk=S3cr3t', false],
    [['harmless', 'level'], 'sk=S3cr3tS3cr3t', false],
    [['harmless', 'level'], 'x'.repeat(41), false],
    [['harmless', 'labels'], 'x', false],
    [['beside', 'region'], 'mars', true],
    [['beside', 'region'], 'S3cr3t', false],
    [['beside', 'regoin'], 'mars', false],
    [['beside', 'items', 0], 'x', false],
    [['secret', 'count'], '11', true],
    [['secret', 'count'], 'ten', false],
    [['secret', 'count'], '123456', false],
    [['secret', 'ak'], '1', false],
    [['secret'], '1', false],
    [[], '1', false],
  ];
  for (const [path, text, mayShow] of texts) {
    it(`${mayShow ? 'shows' : 'does not show'} ${JSON.stringify(text).slice(0, 50)} at ${path.join('.') || 'the top'}`, () => {
      assert.equal(disclosure.mayShow(path, text), mayShow);
    });
  }
});
