// Validates the configuration and says when collections come; with --online also tries each project's credentials and permissions against the API.
import { hostname } from 'node:os';
import { describeStatements } from '../agent/describe-statements.js';
import { capacityOf, fleetNodes } from '../agent/fleet.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import { loadConfig } from '../config/load-config.js';
import { parseWebConfig } from '../config/web/web-config.js';
import { FOUND_NO_NODES } from '../discover/discovery-api.js';
import type { Log } from '../log.js';
import { ODD_RECORDS } from '../model/odd-records.js';
import { describeRuns } from '../schedule/describe-runs.js';
import { counted } from '../visible-text.js';
import { openWebAccess, plainWebAccess } from '../web/access/web-access.js';
import { shardOf } from './command-line.js';
import { configSource, type FlagValues } from './flags.js';
import { openOneShot } from './open-one-shot.js';
import { firstLineReport, nodeReport } from './print-nodes.js';
import { print, showProgress } from './terminal.js';

/** Prints what the agent would log, whatever its level. */
const WARNINGS: Log = {
  debug: () => {},
  info: () => {},
  warn: (message, { file } = {}) => print(`${file}: warning: ${message}\n`),
  error: () => {},
};

/**
 * Prints warnings; errors are thrown as ConfigErrors, with path and line. Resolves to 1 when `--online` found a failure.
 */
export async function checkConfig(flags: FlagValues): Promise<number> {
  const shard = shardOf(flags, hostname());
  const source = await configSource(flags);
  const path = source.name;
  const { config, warnings } = loadConfig(source, process.env);
  const listed = fleetNodes(config, shard);
  const webConfigFile = flags['web.config.file'];
  let access = plainWebAccess;
  if (webConfigFile !== undefined) {
    const settings = { parse: parseWebConfig, clock: systemClock, log: WARNINGS, onReload: () => {} };
    access = await openWebAccess(webConfigFile, settings);
    print(`${webConfigFile}: ok\n`);
  }
  const online = flags.online === true;
  const ofCapacity = online ? [] : capacityOf(config, listed).map(({ warning }) => warning);
  for (const warning of [...warnings, ...ofCapacity]) {
    print(`${path}: warning: ${warning}\n`);
  }
  print(
    `${path}: ok: ${counted(config.projects.length, 'project')}, ${counted(listed.length, 'node')} listed\n`,
  );
  const { timezone, splay: splayMs, schedule } = config.collection;
  const discoverySchedule = config.projects.some(({ discovery }) => discovery.enabled) ? schedule : undefined;
  for (const line of describeRuns(listed, { timezone, splayMs, discoverySchedule }, systemClock.now())) {
    print(`${line}\n`);
  }
  print(`${describeStatements(config, access.knowsItsClients())}\n`);
  return !online || (await checkOnline(flags, config)) ? 0 : 1;
}

/**
 * Discovers the nodes of each project where that is configured, and collects every node once. Prints a line for each
 * discovery and each node; resolves to whether all of them succeeded.
 */
async function checkOnline(flags: FlagValues, config: Config): Promise<boolean> {
  // Failures are in the report: the log repeats them only at a level that a flag sets.
  const firstLines = new Map<string, string>();
  const { shot } = openOneShot(
    flags,
    { config, warnings: [] },
    { ...config.log, level: 'error' },
    flags['show-header'] === true ? { onFirstLine: ({ nodeId }, line) => firstLines.set(nodeId, line) } : {},
  );
  try {
    const discovered = await shot.discover();
    let succeeded = true;
    for (const [
      project,
      {
        nodes,
        failures,
        odd,
        status: { whyNone },
      },
    ] of discovered) {
      if (odd.count > 0) {
        print(`${project}: discovery: warning: ${ODD_RECORDS}: ${odd}\n`);
      }
      if (whyNone !== undefined) {
        print(`${project}: discovery: failed: ${FOUND_NO_NODES}: ${whyNone}\n`);
        succeeded = false;
      } else if (failures.length === 0) {
        print(`${project}: discovery: ok: ${counted(nodes.length, 'node')} found\n`);
      }
      for (const { reason, message } of failures) {
        print(`${project}: discovery: failed: ${reason}: ${message}\n`);
        succeeded = false;
      }
    }

    const nodes = shot.nodes(discovered);
    for (const { warning } of capacityOf(config, nodes)) {
      print(`warning: ${warning}\n`);
    }
    for (const status of await shot.collect(nodes, progress(nodes.length))) {
      print(`${nodeReport(status)}\n`);
      const firstLine = firstLines.get(status.node.nodeId);
      if (firstLine !== undefined) {
        print(`${firstLineReport(status.node, firstLine)}\n`);
      }
      succeeded &&= status.up === true;
    }
    return succeeded;
  } finally {
    await shot.close();
  }
}

/** A counter on a terminal. */
function progress(total: number): () => void {
  let tried = 0;
  return () => {
    tried += 1;
    showProgress(tried < total ? `${tried} of ${total} nodes tried` : '');
  };
}
