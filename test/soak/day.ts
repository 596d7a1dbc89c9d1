// `npm run day`: 24 hours of the wiring in some minutes. Prints what it counted; exits with 1 where a collection was
// lost that the API would have answered, or figures were shown for too long.
import { rehearseDay } from './rehearsed-day.js';

const HOUR_MS = 3_600_000;

const startedAt = performance.now();
const report = await rehearseDay({
  startsAt: '2026-10-24T18:00:00Z',
  // The clocks go back at 01:00 UTC on the 25th.
  timezone: 'Europe/Berlin',
  hours: 24,
  clockSteps: [
    { atHour: 4, byMs: -HOUR_MS - 17_000 },
    { atHour: 16, byMs: HOUR_MS },
  ],
  outage: { fromHour: 5, toHour: 5.5 },
  rotateEveryMinutes: 30,
});
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
process.stdout.write(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s\n`);
const failed =
  report.lost.length > 0 || report.skipped > 0 || report.shownTooLong > 0 || report.withForeignSecrets > 0;
process.exitCode = failed ? 1 : 0;
