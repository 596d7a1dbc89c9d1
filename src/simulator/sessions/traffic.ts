// What moves all sessions of a node at once: the hour of a short day, a spike of one client, a lock that others wait
// for. Functions of the seed and the time alone, so that two looks at one moment see the same.
import { mix, pick, share } from '../seeded-random.js';
import { type Client, webClientOf } from './client-cast.js';

/** A day lasts 24 minutes. */
const HOUR_MS = 60_000;
const NIGHT_LOAD = 0.35;
const UNREST = 0.15;
const UNREST_MS = 7_000;
const SPIKE_EVERY_MS = 120_000;
/** Less than half of the time, so that the median of the last minutes stays the quiet level. */
const SPIKE_MS = 45_000;
const LOCK_EVERY_MS = 90_000;
const LOCK_MS = 35_000;

/** The share of its connections that a node has at this hour, give or take what changes every few seconds. */
export function loadAt(nodeSeed: number, at: number): number {
  const hour = (at / HOUR_MS) % 24;
  const busy = Math.max(bump(hour, 10.5), bump(hour, 15.5));
  const unrest = UNREST * (share(mix(nodeSeed, Math.floor(at / UNREST_MS))) - 0.5);
  return NIGHT_LOAD + (1 - NIGHT_LOAD) * busy + unrest;
}

function bump(hour: number, peak: number): number {
  return Math.exp(-(((hour - peak) / 3) ** 2));
}

export interface Spike {
  /** Of this spike alone. */
  readonly seed: number;
  readonly user: string;
  readonly database: string;
  /** Without a port. */
  readonly host: string;
  readonly sinceMs: number;
}

/** For 45 s of every two minutes, at each node's own moment, one user opens many sessions from one host. */
export function spikeAt(nodeSeed: number, at: number): Spike | undefined {
  const { seed, sinceMs } = cycleAt(mix(nodeSeed, 1), at, SPIKE_EVERY_MS);
  if (sinceMs >= SPIKE_MS) {
    return undefined;
  }
  return spikeOf(seed, sinceMs);
}

/** A spike that does not end. Its statements do, and others follow, so that none lasts for hours. */
export function floodAt(nodeSeed: number, at: number, from: number): Spike | undefined {
  const sinceMs = at - from;
  const begunAgo = sinceMs < SPIKE_MS ? sinceMs : SPIKE_MS / 2 + (sinceMs % (SPIKE_MS / 2));
  return sinceMs < 0 ? undefined : spikeOf(mix(nodeSeed, 3), begunAgo);
}

function spikeOf(seed: number, sinceMs: number): Spike {
  const { user, hosts, databases }: Client = webClientOf(seed);
  return { seed, user, database: pick(databases, seed), host: pick(hosts, mix(seed, 1)), sinceMs };
}

export interface LockIncident {
  readonly seed: number;
  /** A row that a forgotten transaction holds, or the whole table while its definition changes. */
  readonly kind: 'row' | 'metadata';
  readonly sinceMs: number;
}

/** For 35 s of every 90, somebody holds what others wait for. */
export function lockIncidentAt(nodeSeed: number, at: number): LockIncident | undefined {
  const { seed, sinceMs } = cycleAt(mix(nodeSeed, 2), at, LOCK_EVERY_MS);
  if (sinceMs >= LOCK_MS) {
    return undefined;
  }
  return { seed, kind: seed % 3 === 0 ? 'metadata' : 'row', sinceMs };
}

/** The round of a repeating span that the moment falls in: a seed of that round, and how far it has come. */
export function cycleAt(seed: number, at: number, lengthMs: number): { seed: number; sinceMs: number } {
  const position = at + (seed % lengthMs);
  const round = Math.floor(position / lengthMs);
  return { seed: mix(seed, round), sinceMs: position - round * lengthMs };
}
