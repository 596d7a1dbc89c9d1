// One node whose session list is what a test has shown last, the built agents that collect it, and what they say of its incidents.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { IncidentRecord, IncidentSummary } from '../../src/incidents/record.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from './recorded-cloud.js';
import {
  type Changes,
  nodeIdsOf,
  ReloadableAgent,
  type Series,
  type Settings,
  settingsOf,
  sum,
  values,
} from './reloadable-agent.js';

const HEADER =
  'id,user,host,db,command,time,state,info,trx_id,trx_state,trx_executed_time,trx_lock_rows,trx_lock_duration';
export const SECRET = 'kN0wn-0nly-t0-the-d4tabase';

export function rows(count: number, row: (id: number) => string): string[] {
  return Array.from({ length: count }, (_, id) => row(id));
}

export const CALM = rows(20, (id) => `${id},shop_app,10.0.0.${1 + (id % 4)}:4${id},shop,Sleep,${id},,,,,,,`);
export const FLOOD = rows(
  80,
  (id) =>
    `${1_000 + id},billing_svc,billing-7.internal:5${id},ledger,Query,3,executing,"SELECT * FROM invoices WHERE iban = '${SECRET}'",,,,,`,
);
export const OLD = `77,report_ro,10.9.9.9:4444,shop,Query,900,executing,"UPDATE orders SET note = '${SECRET}'",4711,RUNNING,900,3,`;

export function list(...lines: readonly (string | readonly string[])[]): string {
  return [HEADER, ...lines.flat()].join('\n');
}

/** What of it is in a session list and must be in no log and no metric of incidents. */
export const CELLS = ['billing_svc', 'billing-7', 'ledger', 'report_ro', '10.9.9.9', 'invoices', SECRET];

export const ACTIVE = 'taurusdb_incident_active';
export const LAST = 'taurusdb_incident_last_timestamp_seconds';
export const TOTAL = 'taurusdb_incidents_total';
export const USUAL = 'taurusdb_sessions_usual';
export const STORE_ERRORS = 'taurusdb_incident_store_errors_total';

/** One node whose session list is what the test has written last, and the agents that collect it. */
export class IncidentScene {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'incidents-'));
  directory = path.join(this.folder, 'records');
  readonly #list = path.join(this.folder, 'list.csv');
  readonly #agents: ReloadableAgent[] = [];
  #cloud: RecordedCloud | undefined;
  nodeId = '';

  static async open(): Promise<IncidentScene> {
    const scene = new IncidentScene();
    scene.show(list(CALM));
    const [project] = sampleFleet({ nodesPerInstance: 1 });
    assert.ok(project);
    const [instance] = project.instances;
    assert.ok(instance);
    const cloud = await startCloud({
      projects: [
        {
          ...project,
          instances: [
            { ...instance, nodes: instance.nodes.map((node) => ({ ...node, csvFile: scene.#list })) },
          ],
        },
      ],
    });
    scene.#cloud = cloud;
    [scene.nodeId = ''] = nodeIdsOf(cloud);
    return scene;
  }

  async close(): Promise<void> {
    for (const agent of this.#agents) {
      await agent.stop();
    }
    await this.#cloud?.close();
    rmSync(this.folder, { recursive: true });
  }

  /** From the next collection on. */
  show(text: string): void {
    writeFileSync(`${this.#list}.new`, text);
    renameSync(`${this.#list}.new`, this.#list);
  }

  settings(incidents: Settings = {}, changes: Changes = {}, ofNode: Settings = {}): Settings {
    assert.ok(this.#cloud);
    return settingsOf(
      this.#cloud,
      { incidents: { directory: this.directory, cooldown: '0s', ...incidents }, ...changes },
      ({ instances }) => ({
        nodes: instances.flatMap(({ id, nodes }) =>
          nodes.map((node) => ({ instance_id: id, node_id: node.id, name: node.name, ...ofNode })),
        ),
      }),
    );
  }

  async start(settings: Settings = this.settings(), ...flags: string[]): Promise<ReloadableAgent> {
    const agent = await ReloadableAgent.start(settings, ...flags);
    this.#agents.push(agent);
    return agent;
  }

  /** Each has collected its node. */
  async collecting(settings?: Settings, ...flags: string[]): Promise<ReloadableAgent> {
    const agent = await this.start(settings, ...flags);
    await agent.up([this.nodeId]);
    return agent;
  }

  /** Until the agent knows what is usual. */
  learnt(agent: ReloadableAgent): Promise<Series> {
    return agent.seriesWhen((series) => values(series, USUAL).length === 1, 'what is usual');
  }

  files(): string[] {
    return (existsSync(this.directory) ? readdirSync(this.directory) : []).filter((name) =>
      name.endsWith('.json'),
    );
  }
}

export async function listed(agent: ReloadableAgent): Promise<readonly IncidentSummary[]> {
  const response = await fetch(`${agent.address}/api/v1/incidents`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return ((await response.json()) as { incidents: IncidentSummary[] }).incidents;
}

export async function recordOf(agent: ReloadableAgent, id: string): Promise<IncidentRecord> {
  const response = await fetch(`${agent.address}/api/v1/incidents/${id}`);
  assert.equal(response.status, 200);
  return (await response.json()) as IncidentRecord;
}

/** As soon as a page says that an incident lasts, it can be read. */
export async function begun(agent: ReloadableAgent): Promise<IncidentRecord> {
  const series = await agent.seriesWhen((now) => sum(now, ACTIVE) === 1, 'an incident');
  const [newest] = await listed(agent);
  assert.ok(newest, 'listed');
  assert.equal(newest.id, `${newest.node_id}-${sum(series, LAST)}`);
  return recordOf(agent, newest.id);
}

export function ended(agent: ReloadableAgent): Promise<Series> {
  return agent.seriesWhen((now) => sum(now, ACTIVE) === 0, 'the end of the incident');
}
