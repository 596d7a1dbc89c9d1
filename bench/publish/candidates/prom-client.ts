import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Gauge, Registry } from 'prom-client';
import { samplesByFamily, sampleWiring } from '../sample-store.js';
import { countSeries, longestBlockMs, serve } from '../serve.js';

const compress = promisify(gzip);

export async function run(action: string, series: number) {
  if (action === 'block') {
    return longestBlockMs();
  }
  const registry = new Registry();
  for (const { family, samples } of samplesByFamily(sampleWiring(series).store.list())) {
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))];
    const gauge = new Gauge({ name: family.name, help: family.help, labelNames, registers: [registry] });
    for (const { labels, value } of samples) {
      gauge.set(labels, value);
    }
  }
  const scrape = async (gzipped: boolean) => {
    const text = Buffer.from(await registry.metrics());
    return [gzipped ? await compress(text, { level: 1 }) : text];
  };
  return [await serve(scrape), ...(await countSeries(scrape))];
}
