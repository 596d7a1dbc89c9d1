// A real Alertmanager on loopback with the shipped configuration, made quick, and the webhook that it calls.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../../src/cli/demo.js';
import { eventually } from '../support/program.js';
import { closeServers, startServer } from '../support/scripted-server.js';

const SHIPPED = new URL('../../deploy/prometheus/alertmanager.yml', import.meta.url);

/** As Alertmanager tells it. */
export interface ToldAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What the webhook was told at once. */
export interface Message {
  readonly alerts: readonly ToldAlert[];
}

/** As Alertmanager has it, told or not. */
export interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed' };
}

export interface Alertmanager {
  /** Host and port. */
  readonly address: string;
  /** In order. */
  readonly messages: () => readonly Message[];
  /** All that the webhook was told, in order. */
  readonly told: () => readonly ToldAlert[];
  readonly known: () => Promise<readonly KnownAlert[]>;
  stop(): Promise<void>;
}

export async function startAlertmanager(program: string): Promise<Alertmanager> {
  const webhook = await startServer([{}]);
  const folder = mkdtempSync(path.join(tmpdir(), 'alertmanager-'));
  const configFile = path.join(folder, 'alertmanager.yml');
  writeFileSync(configFile, JSON.stringify(quickConfig(webhook.url)));
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn(
    program,
    [
      `--config.file=${configFile}`,
      `--storage.path=${path.join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      // No gossip with others: it would open a port of its own.
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(server, 'exit');
  await eventually(
    () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    'an Alertmanager that is ready',
  );
  const messages = () => webhook.requests.map(({ body }) => JSON.parse(body) as Message);
  return {
    address,
    messages,
    told: () => messages().flatMap(({ alerts }) => alerts),
    known: async () => (await fetch(`http://${address}/api/v2/alerts`)).json() as Promise<KnownAlert[]>,
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
      await closeServers();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Route {
  readonly routes?: readonly Route[];
}

const quick = (route: Route): Route => ({
  ...route,
  ...(route.routes === undefined ? {} : { routes: route.routes.map(quick) }),
  ...{ group_wait: '1s', group_interval: '2s' },
});

/** The shipped file but for how long it waits, and whom it tells. */
function quickConfig(webhookUrl: string): object {
  const shipped = parse(readFileSync(SHIPPED, 'utf8')) as {
    route: Route;
    receivers: readonly { webhook_configs: readonly object[] }[];
  };
  return {
    ...shipped,
    route: quick(shipped.route),
    receivers: shipped.receivers.map((receiver) => ({
      ...receiver,
      webhook_configs: receiver.webhook_configs.map((config) => ({ ...config, url: webhookUrl })),
    })),
  };
}
