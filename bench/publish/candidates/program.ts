import { systemClock } from '../../../src/clock.js';
import { Exposition } from '../../../src/metrics/exposition.js';
import { collect, sampleStore } from '../sample-store.js';
import { countSeries, longestBlockMs, serve } from '../serve.js';

const COLLECTIONS_PER_SECOND = 400 / 60;

/** With `changing`, nodes are collected meanwhile at the pace of 400 a minute. */
export async function run(action: string, series: number, changing: string) {
  if (action === 'block') {
    return longestBlockMs();
  }
  const store = sampleStore(series);
  const exposition = new Exposition({
    nodes: () => store.list(),
    agentText: async () => '',
    clock: systemClock,
  });
  const scrape = (gzip: boolean) => exposition.scrape('text', gzip);
  const counted = await countSeries(scrape);
  if (changing === 'changing') {
    let round = 0;
    setInterval(() => {
      collect(store, round++ % store.list().length);
      exposition.noteChange();
    }, 1000 / COLLECTIONS_PER_SECOND);
  }
  return [await serve(scrape), ...counted];
}
