// The gateway refuses signatures whose date is more than 15 minutes from its own clock. Where ours is off, its
// answers' `Date` header tells by how much.
import type { Clock } from '../../clock.js';

/** Well under the gateway's 15 minutes, well over what a slow answer and a cached header can explain. */
const TOLERANCE_MS = 5 * 60_000;

export interface ClockSkew {
  /** The time to sign with, milliseconds since the epoch. */
  now(): number;
  /**
   * After the refusal of a signature made at `signedAt`: true when the clocks explain it, so that signing again
   * may succeed. `answerDate` is the answer's Date header.
   */
  explains(signedAt: number, answerDate: string | undefined): boolean;
}

/** `onCorrection` is told the new distance from our clock to the gateway's, in milliseconds. */
export function createClockSkew(clock: Clock, onCorrection: (offsetMs: number) => void): ClockSkew {
  let offsetMs = 0;
  const now = (): number => clock.now() + offsetMs;
  return {
    now,
    explains: (signedAt, answerDate) => {
      const gatewayTime = Date.parse(answerDate ?? '');
      if (Number.isNaN(gatewayTime)) return false;
      if (Math.abs(gatewayTime - signedAt) <= TOLERANCE_MS) {
        // Refused although the clocks agree: the correction did not help, its Date may have been another server's.
        offsetMs = 0;
        return false;
      }
      // Of several requests refused at once, the first corrects for all.
      if (Math.abs(gatewayTime - now()) > TOLERANCE_MS) {
        offsetMs = gatewayTime - clock.now();
        onCorrection(offsetMs);
      }
      return true;
    },
  };
}
