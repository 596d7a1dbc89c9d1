import assert from 'node:assert/strict';
import { backtest } from '../../src/incidents/backtest.js';
import type { TriggerSettings } from '../../src/incidents/settings.js';
import { DEFAULT_TRIGGERS } from './default-triggers.js';

const MINUTE = 60_000;
const START = Date.parse('2026-03-02T00:00:00Z');

/** Of values a minute; minutes since the start. */
function incidentsOf(values: readonly number[], settings: TriggerSettings = DEFAULT_TRIGGERS) {
  const instants = values.map((_, minute) => START + minute * MINUTE);
  const { incidents, suppressed } = backtest(instants, values, settings);
  const minuteOf = (instant: number | undefined) => instant && (instant - START) / MINUTE;
  return {
    suppressed,
    incidents: incidents.map(({ startedAt, recordedAt, endedAt, ...rest }) => ({
      ...rest,
      minutes: [startedAt, recordedAt, endedAt].map(minuteOf),
    })),
  };
}

function calm(minutes: number): number[] {
  return Array.from({ length: minutes }, () => 100);
}

describe('backtest', () => {
  it('has each incident with its times, what was usual, and its peak from the first value on', () => {
    const values = [...calm(20), 500, 300, 100, 400, 100, 100, 600, ...calm(20), 160, 170];
    assert.deepEqual(incidentsOf(values), {
      suppressed: 0,
      incidents: [
        { kinds: ['spike'], minutes: [20, 21, 24], usual: 100, peak: 500 },
        { kinds: ['spike'], minutes: [47, 48, undefined], usual: 100, peak: 170 },
      ],
    });
  });

  it('counts those beyond the share of the day', () => {
    const values = [...calm(20), 500, ...calm(2), 500, ...calm(2), 500, 500];
    const { suppressed, incidents } = incidentsOf(values, {
      ...DEFAULT_TRIGGERS,
      hold: 1,
      cooldownMs: 0,
      maxPerDay: 1,
    });
    assert.deepEqual([suppressed, incidents.length], [2, 1]);
  });

  it('finds nothing in nothing, and in one value', () => {
    assert.deepEqual(incidentsOf([]), { suppressed: 0, incidents: [] });
    assert.deepEqual(incidentsOf([1e9]), { suppressed: 0, incidents: [] });
  });
});
