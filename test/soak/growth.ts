// Does a figure grow with time, or does it only go up and down?

export interface Growth {
  readonly name: string;
  readonly unit: string;
  readonly mean: number;
  readonly max: number;
  /** By the line of least squares, from the first sample to the last. */
  readonly growth: number;
  /** More than this is a leak. */
  readonly allowed: number;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Growth up to this is noise, however small the figure; a twentieth of the mean is too. */
  readonly noise: number;
}

const ALLOWED_SHARE = 0.05;

/** `samples` in order and evenly spaced. */
export function growthOf({ name, unit, noise }: Figure, samples: readonly number[]): Growth {
  const mean = meanOf(samples);
  const middle = (samples.length - 1) / 2;
  const covariance = meanOf(samples.map((value, index) => (index - middle) * (value - mean)));
  const variance = meanOf(samples.map((_, index) => (index - middle) ** 2));
  const growth = variance === 0 ? 0 : (covariance / variance) * (samples.length - 1);
  return {
    name,
    unit,
    mean,
    max: Math.max(...samples),
    growth,
    allowed: Math.max(noise, ALLOWED_SHARE * mean),
  };
}

export function isLeak({ growth, allowed }: Growth): boolean {
  return !(growth <= allowed);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
