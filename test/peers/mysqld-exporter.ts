// Prometheus' own exporter for MySQL beside the same server: what the sessions look like to somebody else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/cli/demo.js';
import { parseSamples } from '../metrics/parse-exposition.js';
import { eventually } from '../support/program.js';
import { type MariaServer, PASSWORD } from './maria-server.js';
import type { Counts } from './session-export.js';

export interface PeerFigures {
  readonly byUser: Counts;
  readonly byHost: Counts;
  /** Sums over its threads by command and state, in its spelling. */
  readonly byCommand: Counts;
  readonly byState: Counts;
}

export interface MysqldExporter {
  scrape(): Promise<PeerFigures>;
  stop(): Promise<void>;
}

const COLLECTORS = [
  '--collect.info_schema.processlist',
  '--collect.info_schema.processlist.processes_by_user',
  '--collect.info_schema.processlist.processes_by_host',
  '--no-collect.global_status',
  '--no-collect.global_variables',
  '--no-collect.slave_status',
  '--no-collect.info_schema.innodb_cmp',
  '--no-collect.info_schema.innodb_cmpmem',
  '--no-collect.info_schema.query_response_time',
];

export async function startMysqldExporter(program: string, server: MariaServer): Promise<MysqldExporter> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, [`--web.listen-address=${address}`, ...COLLECTORS], {
    env: { ...process.env, DATA_SOURCE_NAME: `exporter:${PASSWORD}@(127.0.0.1:${server.port})/` },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await eventually(
    () =>
      fetch(`http://${address}/`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    'a mysqld_exporter that answers',
  );
  return {
    scrape: async () => {
      const page = await (await fetch(`http://${address}/metrics`)).text();
      // Its other metrics are of no interest, and hold what a strict reader of our own pages does not know.
      const lines = page.split('\n').filter((line) => /^mysql_(up|info_schema_processlist)/u.test(line));
      const samples = parseSamples(lines.join('\n'));
      if (samples.find(({ name }) => name === 'mysql_up')?.value !== 1) {
        throw new Error('mysqld_exporter: got mysql_up 0, expected it to reach the server');
      }
      const sums = (metric: string, label: string): Counts => {
        const values = new Map<string, number>();
        for (const { name, labels, value } of samples) {
          if (name !== `mysql_info_schema_processlist_${metric}`) {
            continue;
          }
          const text = labels[label] ?? '';
          values.set(text, (values.get(text) ?? 0) + value);
        }
        return Object.fromEntries([...values].sort());
      };
      return {
        byUser: sums('processes_by_user', 'mysql_user'),
        byHost: sums('processes_by_host', 'client_host'),
        byCommand: sums('threads', 'command'),
        byState: sums('threads', 'state'),
      };
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** How it spells commands and states. */
export function inItsSpelling(counts: Counts): Counts {
  const spelt = new Map<string, number>();
  for (const [value, count] of Object.entries(counts)) {
    const text =
      value === 'none'
        ? 'unknown'
        : value
            .toLowerCase()
            .replace(/[;,:.()]/gu, '')
            .replace(/[ -]/gu, '_');
    spelt.set(text, (spelt.get(text) ?? 0) + count);
  }
  return Object.fromEntries([...spelt].sort());
}
