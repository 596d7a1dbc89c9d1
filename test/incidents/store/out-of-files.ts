// A process that may open few files, and has opened them all: prints the fault, how many were counted, and how many records are listed then.
import { closeSync, openSync } from 'node:fs';
import { SAMPLE_START, sampleRecord } from '../sample-record.js';
import { openedStore } from './sample-store.js';

const [, , directory = ''] = process.argv;
const { store, log, errors } = await openedStore(directory);
const taken: number[] = [];
try {
  for (;;) {
    taken.push(openSync('/dev/null', 'r'));
  }
} catch {
  // That was the last.
}
store.put(sampleRecord());
while (errors() === 0) {
  await new Promise((resolve) => setImmediate(resolve));
}
const [code] = /EMFILE/u.exec(log.lines.join()) ?? [];
const counted = errors();
const listed = store.list().length;
for (const descriptor of taken) {
  closeSync(descriptor);
}
store.put(sampleRecord({ startMs: SAMPLE_START + 60_000 }));
await store.close(10_000);
process.stdout.write(`${code} ${counted} ${listed}\n`);
