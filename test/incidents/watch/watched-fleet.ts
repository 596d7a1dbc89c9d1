// The incidents of a fleet whose nodes a test collects by saying so, on a store in a directory or in memory.
import { type EpochMs, later } from '../../../src/clock.js';
import type { IncidentSettings, StoreSettings } from '../../../src/incidents/settings.js';
import { Incidents } from '../../../src/incidents/watch/incidents.js';
import type { IncidentStatus } from '../../../src/model/incident.js';
import type { DatabaseNode } from '../../../src/model/node.js';
import type { Group, Lacks } from '../attribution/observed.js';
import { DEFAULT_TRIGGERS } from '../default-triggers.js';
import { type SampleStore, sampleStore } from '../store/sample-store.js';
import { LEARNT, MINUTE_MS, NODE, observation, START, withFigures } from './watched-node.js';

export const OLD = withFigures({ transactionLongestSeconds: 700 });
export const YOUNG = withFigures({ transactionLongestSeconds: 3 });

const CALM: readonly Group[] = [
  { count: 50, user: 'shop', host: 'web-1', database: 'shop' },
  { count: 4, user: 'shop', host: 'web-2', database: 'shop', command: 'Query' },
];

export class WatchedFleet {
  readonly incidents: Incidents;
  readonly sample: SampleStore;
  /** By node, as published last. */
  readonly statuses = new Map<string, IncidentStatus | undefined>();
  /** Of the last collection. */
  at: EpochMs = START;
  readonly #directory: string;

  constructor(
    directory = '',
    {
      enabled = true,
      at = START,
      isOurs = () => true,
    }: { enabled?: boolean; at?: EpochMs; isOurs?: (nodeId: string) => boolean } = {},
  ) {
    this.#directory = directory;
    this.at = at;
    this.sample = sampleStore(directory);
    const { store: records, clock, log } = this.sample;
    this.incidents = new Incidents(
      {
        records,
        publish: (nodeId, status) => this.statuses.set(nodeId, status),
        isOurs,
        clock,
        log,
      },
      this.settings({ enabled }),
    );
  }

  settings(
    changes: Partial<Omit<IncidentSettings, 'store'>> & { readonly store?: Partial<StoreSettings> } = {},
  ): IncidentSettings {
    const { store, ...others } = changes;
    const bounds = { maxRecords: 1_000, maxBytes: 64 * 1024 * 1024, maxAgeMs: 30 * 86_400_000 };
    return {
      enabled: true,
      triggers: DEFAULT_TRIGGERS,
      store: { directory: this.#directory, ...bounds, ...store },
      ...others,
    };
  }

  async open(nodes: readonly DatabaseNode[] = [NODE]): Promise<this> {
    this.incidents.setNodes(nodes);
    await this.incidents.open();
    return this;
  }

  /** `more`: so many sessions of another user beside those that are always there. */
  collect(node: DatabaseNode, lacks: Lacks = {}, more = 0): void {
    const flood = { count: more, user: 'billing', host: 'billing-1', database: 'billing', command: 'Query' };
    const groups = more === 0 ? CALM : [...CALM, flood];
    this.at = later(this.at, MINUTE_MS);
    this.incidents.observe({ ...observation(this.at, groups, lacks), node });
  }

  learn(node: DatabaseNode = NODE): this {
    for (let turn = 0; turn < LEARNT; turn++) {
      this.collect(node, YOUNG);
    }
    return this;
  }

  status(node: DatabaseNode = NODE): IncidentStatus | undefined {
    return this.statuses.get(node.nodeId);
  }
}
