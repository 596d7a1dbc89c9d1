// The section `incidents`: what begins one, and where its record is kept.
import { resolve } from 'node:path';
import * as v from 'valibot';
import { MAX_PER_DAY, MAX_RECORDS } from '../incidents/settings.js';
import { byteSize, decimal, described, duration, flag, integer, text } from './kinds.js';
import { section } from './section.js';

/** Of sessions: more than any node can have. */
const MOST_SESSIONS = 1_000_000;

/** `directory`: where relative file names start. */
export function incidentsSection({ directory }: { readonly directory: string }) {
  return section({
    enabled: v.optional(described('Whether incidents are found and recorded', flag()), true),
    directory: v.optional(
      described(
        'Where records are kept, as JSON files; left empty, the last 100 are kept in memory until the exporter ends',
        v.pipe(
          text('the name of a directory, or nothing', (name) => !name.includes('\0')),
          v.transform((name) => (name === '' ? '' : resolve(directory, name))),
        ),
      ),
      '',
    ),
    max_records: v.optional(
      described('How many records are kept; the oldest go first', integer(1, MAX_RECORDS)),
      1000,
    ),
    max_bytes: v.optional(
      described('How large all records together may be', byteSize('1MiB', '64GiB')),
      '64MiB',
    ),
    max_age: v.optional(described('How long a record is kept', duration('1h', '10y')), '30d'),
    hold: v.optional(
      described(
        'For how many collections in a row a condition must hold to begin an incident, and must not to end it; `saturation` and `long_transaction` begin one at once',
        integer(1, 100),
      ),
      2,
    ),
    cooldown: v.optional(
      described(
        'The next incident of a node begins at the earliest this long after the end of its last one',
        duration('0s', '7d'),
      ),
      '10m',
    ),
    max_per_day: v.optional(
      described(
        'How many incidents of a node are recorded in 24 hours; further ones are counted',
        integer(1, MAX_PER_DAY),
      ),
      20,
    ),
    spike: v.nullish(
      described('How far above usual sessions, or active sessions, are a spike', spikeSection()),
      {},
    ),
    lock_waiting: v.optional(
      described(
        'So many sessions that wait for a lock begin an incident; 0: none do',
        integer(0, MOST_SESSIONS),
      ),
      5,
    ),
    long_query: v.optional(
      described(
        "A client's query that has run for this long begins an incident; 0s: none does",
        duration('0s', '1y'),
      ),
      '5m',
    ),
    long_transaction: v.optional(
      described(
        'A transaction that has run for this long begins an incident; 0s: none does',
        duration('0s', '1y'),
      ),
      '10m',
    ),
    saturation: v.optional(
      described('This share of max_connections begins an incident; 0: none does', decimal(0, 1)),
      0.9,
    ),
  });
}

/** The largest of the three decides. */
function spikeSection() {
  return section({
    min_growth: v.optional(described('So many sessions above usual at least', integer(0, MOST_SESSIONS)), 20),
    ratio: v.optional(described('As a share of what is usual', decimal(0, 1000)), 0.35),
    deviations: v.optional(
      described('As a multiple of the median absolute deviation of the last hour', decimal(0, 1000)),
      5,
    ),
  });
}
