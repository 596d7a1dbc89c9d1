import { collect, sampleWiring } from '../sample-store.js';
import { countSeries, longestBlockMs, serve } from '../serve.js';

const COLLECTIONS_PER_SECOND = 400 / 60;

/** With `changing`, nodes are collected meanwhile at the pace of 400 a minute. */
export async function run(action: string, series: number, changing: string) {
  if (action === 'block') {
    return longestBlockMs();
  }
  const { store, exposition } = sampleWiring(series);
  const scrape = (gzip: boolean) => exposition.nodeSeries('text', gzip);
  const counted = await countSeries(scrape);
  if (changing === 'changing') {
    let round = 0;
    setInterval(() => {
      collect(store, round++ % store.list().length);
    }, 1000 / COLLECTIONS_PER_SECOND);
  }
  return [await serve(scrape), ...counted];
}
