// Reads a /metrics page: the samples by their whole name, labels as written.

export async function scrape(
  address: string,
  headers: Record<string, string> = {},
): Promise<Map<string, number>> {
  const response = await fetch(`${address}/metrics`, { headers });
  if (!response.ok) {
    throw new Error(`/metrics answered ${response.status}`);
  }
  return samplesOf(await response.text());
}

export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith('#')) {
      const end = line.lastIndexOf(' ');
      samples.set(line.slice(0, end), Number(line.slice(end + 1)));
    }
  }
  return samples;
}

/** The samples of one metric, by the rest of their name. */
export function samplesNamed(samples: ReadonlyMap<string, number>, metric: string): Map<string, number> {
  return new Map(
    [...samples]
      .filter(([name]) => name === metric || name.startsWith(`${metric}{`))
      .map(([name, value]) => [name.slice(metric.length), value]),
  );
}
