// A process that writes records and states until it is killed, as fast as it can: each version bears its number in every part.
import { epochMs, type MonotonicMs } from '../../../src/clock.js';
import { RecordStore } from '../../../src/incidents/store/record-store.js';
import { nodeIdOf, numberedRecord } from '../sample-record.js';

const [, , directory = ''] = process.argv;
const store = new RecordStore({
  settings: { directory, maxRecords: 30, maxBytes: 64 * 1024 * 1024, maxAgeMs: 1e12 },
  clock: {
    now: () => epochMs(Date.now()),
    // States are written at each turn.
    monotonic: () => (performance.now() * 10_000) as MonotonicMs,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
  },
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  onError: () => process.exit(3),
});
await store.open();
process.stdout.write('begun\n');
for (let version = 1; ; version++) {
  const node = version % 7;
  store.put(numberedRecord(version, { nodeId: nodeIdOf(node), startMs: Date.now() - (version % 3) * 1_000 }));
  store.saveNode(nodeIdOf(node), { version, levels: Array.from({ length: 1_000 }, () => version) });
  await new Promise((resolve) => setTimeout(resolve, version % 5));
}
