// How much of a rate is used, of late: what was used and what was allowed both fade with the time that passes.

/** Of what happened a minute ago, a third still counts; of what happened three minutes ago, next to nothing. */
const FADE_SECONDS = 60;

export interface RateMeter {
  /** So much time has passed, in which requests were allowed at this rate. */
  pass(seconds: number, perSecond: number): void;
  /** One was made. */
  use(): void;
  /** From 0 to about 1: a few saved up can come on top. */
  usedRatio(): number;
}

/** Starts as after an idle time at `perSecond`, so that the first request does not look like all that was allowed. */
export function createRateMeter(perSecond: number): RateMeter {
  let used = 0;
  let allowed = perSecond * FADE_SECONDS;
  return {
    pass: (seconds, rate) => {
      const fade = Math.exp(-seconds / FADE_SECONDS);
      used *= fade;
      allowed = allowed * fade + rate * FADE_SECONDS * (1 - fade);
    },
    use: () => {
      used += 1;
    },
    usedRatio: () => used / allowed,
  };
}
