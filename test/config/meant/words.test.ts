import assert from 'node:assert/strict';
import { optionOfWord, REGION_OF_PLACE, squeezed, ZONE_OF_CITY } from '../../../src/config/meant/words.js';
import { zoneNamed } from '../../../src/schedule/zone-name.js';
import { KNOWN_REGIONS } from '../../../src/taurusdb/regions.js';

describe('optionOfWord', () => {
  const cases = [
    ['primary', ['master', 'slave'], 'master'],
    ['Read Replica', ['master', 'slave', 'both'], 'slave'],
    ['all', ['master', 'slave', 'both'], 'both'],
    ['all', ['total', 'active', 'slow', 'long'], 'total'],
    ['EN_US', ['en-us', 'zh-cn'], 'en-us'],
    ['english', ['en-us', 'zh-cn'], 'en-us'],
    ['primary', ['total'], undefined],
    ['constructor', ['constructor2'], undefined],
  ] as const;
  for (const [word, options, meant] of cases) {
    it(`reads ${word} among ${options.join(', ')} as ${meant}`, () => {
      assert.equal(optionOfWord<string>(word, options), meant);
    });
  }
});

describe('places', () => {
  it('stand for regions whose address is known, and for time zones that are taken', () => {
    assert.deepEqual(
      [...REGION_OF_PLACE.values()].filter((region) => !KNOWN_REGIONS.includes(region)),
      [],
    );
    assert.deepEqual(
      [...ZONE_OF_CITY.values()].filter((zone) => zoneNamed(zone) === undefined),
      [],
    );
    assert.equal(REGION_OF_PLACE.get(squeezed('Hong Kong')), 'ap-southeast-1');
  });
});
