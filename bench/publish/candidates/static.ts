// The floor: a server that has nothing to do but send.
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../../src/clock.js';
import { Exposition } from '../../../src/metrics/exposition.js';
import { sampleStore } from '../sample-store.js';
import { countSeries, longestBlockMs, serve } from '../serve.js';

export async function run(action: string, series: number) {
  if (action === 'block') {
    return longestBlockMs();
  }
  const nodes = sampleStore(series).list();
  const exposition = new Exposition({ nodes: () => nodes, agentText: async () => '', clock: systemClock });
  const plain = Buffer.concat(await exposition.scrape('text', false));
  const compressed = gzipSync(plain, { level: 1 });
  const scrape = async (gzip: boolean) => [gzip ? compressed : plain];
  return [await serve(scrape), ...(await countSeries(scrape))];
}
