// Is the configuration right? See check-online.ts for what only the API can tell.
import { hostname } from 'node:os';
import { buildInfo } from '../agent/build-info.js';
import { collectOnce } from '../agent/collect-once.js';
import { findNodesOnce } from '../agent/find-nodes.js';
import { capacityOf, fleetNodes } from '../agent/fleet.js';
import { openLog } from '../agent/open-log.js';
import { ProjectClients } from '../agent/project-clients.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import { loadConfig } from '../config/load-config.js';
import { parseWebConfig } from '../config/web-config.js';
import type { Shard } from '../discover/shard.js';
import { AgentMetrics } from '../metrics/agent-metrics.js';
import type { DatabaseNode } from '../model/node.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
import { openWebAccess } from '../web/access/web-access.js';
import { shardOf } from './command-line.js';
import { type FlagValues, logSettings } from './flags.js';
import { nodeReport } from './print-nodes.js';

/**
 * Prints what is odd; what is wrong is thrown as ConfigErrors, with path and line. With `--online` resolves to 1 when
 * the API did not answer as it should.
 */
export async function checkConfig(flags: FlagValues): Promise<number> {
  const shard = shardOf(flags, hostname());
  const path = flags['config.file'] ?? 'config.yaml';
  const { config, warnings } = loadConfig(path, process.env);
  const listed = fleetNodes(config, shard);
  const webConfigFile = flags['web.config.file'];
  if (webConfigFile !== undefined) {
    const { log } = openLog(logSettings(flags, config.log));
    const settings = { parse: parseWebConfig, clock: systemClock, log, onReload: () => {} };
    await openWebAccess(webConfigFile, settings);
    process.stdout.write(`${webConfigFile}: ok\n`);
  }
  const online = flags.online === true;
  for (const warning of [...warnings, ...(online ? [] : capacityOf(config, listed))]) {
    process.stdout.write(`${path}: warning: ${warning}\n`);
  }
  process.stdout.write(`${path}: ok: ${config.projects.length} projects, ${listed.length} nodes listed\n`);
  return !online || (await checkOnline(flags, config, shard)) ? 0 : 1;
}

// What only the API can tell of a configuration: tries each project's credentials and permissions by searching it for
// nodes, where that is configured, and by one collection of every node.

/** Prints a line for each search and each node; resolves to whether all of them succeeded. */
export async function checkOnline(flags: FlagValues, config: Config, shard: Shard): Promise<boolean> {
  // What fails is in the report: the log says it only when it is asked to.
  const { log, protect } = openLog(logSettings(flags, { ...config.log, level: 'error' }));
  protect(config);
  const clients = new ProjectClients({ clock: systemClock, log, observer: new AgentMetrics(buildInfo()) });
  clients.apply(config);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    const searched = config.projects.filter(({ discovery }) => discovery.enabled);
    const found = await findNodesOnce(searched, clients, systemClock, stop.signal);
    let succeeded = true;
    for (const [project, { nodes, failures }] of found) {
      if (failures.length === 0) {
        print(`${project}: discovery: ok: ${nodes.length} nodes found`);
      }
      for (const { reason, message } of failures) {
        print(`${project}: discovery: failed: ${reason}: ${message}`);
        succeeded = false;
      }
    }

    const nodes = fleetNodes(config, shard, (project) => found.get(project)?.nodes ?? []);
    for (const warning of capacityOf(config, nodes)) {
      print(`warning: ${warning}`);
    }
    const read = new Map<string, ReadResult>();
    const store = await collectOnce({
      config,
      nodes,
      api: clients.api,
      log,
      signal: stop.signal,
      onRead: ({ nodeId }, result) => read.set(nodeId, result),
      onEnd: progress(nodes.length),
    });
    for (const status of store.list()) {
      print(nodeReport(status, read.get(status.node.nodeId)));
      succeeded &&= status.up === true;
    }
    return succeeded;
  } finally {
    await clients.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line that counts up, for people who watch. */
function progress(total: number): (node: DatabaseNode) => void {
  let tried = 0;
  return () => {
    tried += 1;
    if (process.stderr.isTTY) {
      process.stderr.write(tried < total ? `\r${tried} of ${total} nodes tried` : '\r\u001b[K');
    }
  };
}
