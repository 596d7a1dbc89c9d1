// A store in a folder of its own, with a log that is kept and a clock that stands still.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StoreSettings } from '../../../src/incidents/settings.js';
import { RecordStore } from '../../../src/incidents/store/record-store.js';
import { FakeClock } from '../../support/fake-clock.js';
import { eventually } from '../../support/program.js';
import { RecordedLog } from '../../support/recorded-log.js';
import { SAMPLE_START } from '../sample-record.js';

const WIDE = { maxRecords: 1_000, maxBytes: 64 * 1024 * 1024, maxAgeMs: 30 * 86_400_000 };

export interface SampleStore {
  readonly store: RecordStore;
  readonly clock: FakeClock;
  readonly log: RecordedLog;
  readonly errors: () => number;
}

export function sampleStore(directory: string, settings: Partial<StoreSettings> = {}): SampleStore {
  const clock = new FakeClock(SAMPLE_START + 600_000);
  const log = new RecordedLog();
  let errors = 0;
  const store = new RecordStore({
    settings: { ...WIDE, directory, ...settings },
    clock,
    log,
    onError: () => {
      errors += 1;
    },
  });
  return { store, clock, log, errors: () => errors };
}

export async function openedStore(
  directory: string,
  settings: Partial<StoreSettings> = {},
): Promise<SampleStore> {
  const sample = sampleStore(directory, settings);
  await sample.store.open();
  return sample;
}

/** A path in a new folder that goes when the test has ended; there is nothing at it. */
export function newDirectory(): { readonly directory: string; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-incidents-'));
  return {
    directory: path.join(folder, 'incidents'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Resolves once the directory has as many records. */
export async function written(directory: string, count: number): Promise<readonly string[]> {
  const list = () =>
    existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : [];
  return eventually(() => (list().length === count ? list() : undefined), `${count} records`);
}
