// The floor: a server that has nothing to do but send.
import { gzipSync } from 'node:zlib';
import { sampleWiring } from '../sample-store.js';
import { countSeries, longestBlockMs, serve } from '../serve.js';

export async function run(action: string, series: number) {
  if (action === 'block') {
    return longestBlockMs();
  }
  const { exposition } = sampleWiring(series);
  const plain = Buffer.concat(await exposition.nodeSeries('text', false));
  const compressed = gzipSync(plain, { level: 1 });
  const scrape = async (gzip: boolean) => [gzip ? compressed : plain];
  return [await serve(scrape), ...(await countSeries(scrape))];
}
