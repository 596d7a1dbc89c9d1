import assert from 'node:assert/strict';
import { zoneMeantBy, zoneNamed } from '../../src/schedule/zone-name.js';

describe('zoneNamed', () => {
  for (const [text, name] of [
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['Asia/Shanghai', 'Asia/Shanghai'],
    ['asia/shanghai', 'Asia/Shanghai'],
    ['EUROPE/ROME', 'Europe/Rome'],
    ['America/Argentina/Ushuaia', 'America/Argentina/Ushuaia'],
    ['US/Pacific', 'US/Pacific'],
    ['Brazil/East', 'Brazil/East'],
    // Second names of a zone, whichever of them this Node has as the first.
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Asia/Chongqing', 'Asia/Chongqing'],
  ] as const) {
    it(`takes ${text}`, () => assert.equal(zoneNamed(text), name));
  }

  /** Each with what its message is to name; undefined where there is no telling. */
  const refused: readonly (readonly [text: string, meant: RegExp | undefined])[] = [
    ['CST', /Asia\/Shanghai or America\/Chicago/u],
    ['cst', /Asia\/Shanghai or America\/Chicago/u],
    ['EST', /America\/New_York/u],
    ['MST', /America\/Denver/u],
    ['HST', /Pacific\/Honolulu/u],
    ['IST', /Asia\/Kolkata/u],
    ['BST', /Europe\/London/u],
    ['PST', /America\/Los_Angeles or Asia\/Manila/u],
    ['CET', /Europe\/Berlin/u],
    ['MET', /Europe\/Berlin/u],
    ['EET', /Europe\/Helsinki/u],
    ['WET', /Europe\/Lisbon/u],
    ['GMT', /write UTC/u],
    ['Z', /write UTC/u],
    ['PST8PDT', /America\/Los_Angeles if/u],
    ['EST5EDT', /America\/New_York if/u],
    ['PRC', /Asia\/Shanghai if/u],
    ['ROC', /Asia\/Taipei if/u],
    ['ROK', /Asia\/Seoul if/u],
    ['NZ', /Pacific\/Auckland if/u],
    ['Cuba', /America\/Havana if/u],
    ['Japan', /Asia\/Tokyo if/u],
    ['Hongkong', /Asia\/Hong_Kong if/u],
    ['CTT', /Asia\/Shanghai if/u],
    ['Zulu', /UTC if/u],
    ['Etc/GMT', /UTC if/u],
    ['Etc/GMT+8', /an offset is not a place/u],
    ['GMT+8', /an offset is not a place/u],
    ['UTC+08:00', /an offset is not a place/u],
    ['+08:00', /an offset is not a place/u],
    ['-0500', /an offset is not a place/u],
    ['GMT-0', /an offset is not a place/u],
    ['SystemV/PST8PDT', undefined],
    ['posix/Asia/Shanghai', undefined],
    ['right/UTC', undefined],
    ['Asia/Beijing', undefined],
    ['Asia/', undefined],
    ['Asia/Shanghai ', undefined],
    ['Shanghai', undefined],
    ['Factory', undefined],
    ['constructor', undefined],
    ['', undefined],
  ];
  for (const [text, meant] of refused) {
    it(`refuses ${JSON.stringify(text)}${meant ? ', and says what to write' : ''}`, () => {
      assert.equal(zoneNamed(text), undefined);
      const advice = zoneMeantBy(text);
      assert.equal(advice === undefined, meant === undefined, advice);
      assert.match(advice ?? '', meant ?? /^$/u);
    });
  }
});
