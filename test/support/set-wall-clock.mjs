// Loaded into the built program before it starts: its wall clock is off by as many milliseconds as WALL_CLOCK_FILE says at
// the moment, and the monotonic clock goes on. See wall-clock.ts.
import { readFileSync } from 'node:fs';

const SystemDate = Date;

function now() {
  return SystemDate.now() + Number(readFileSync(process.env.WALL_CLOCK_FILE, 'utf8'));
}

globalThis.Date = class extends SystemDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args));
  }

  static now() {
    return now();
  }
};
