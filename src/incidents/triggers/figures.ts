// The figures of a collection by which incidents begin and end. One is absent where the session list does not say it.
import type { Observation } from '../observation.js';

export interface Figures {
  readonly sessions?: number | undefined;
  readonly active?: number | undefined;
  /** Sessions. */
  readonly lockWaiting?: number | undefined;
  /** Of a client, in Query or Execute. */
  readonly longestQuerySeconds?: number | undefined;
  readonly longestTransactionSeconds?: number | undefined;
  readonly maxConnections?: number | undefined;
}

const QUERY = /^(?:query|execute)$/iu;

export function figuresOf(observation: Observation): Figures {
  const { snapshot, node } = observation;
  const { sessions, active, lockWaiting, transactionLongestSeconds } = snapshot;
  return {
    sessions,
    active,
    lockWaiting,
    longestQuerySeconds: longestQuery(observation),
    longestTransactionSeconds: transactionLongestSeconds,
    maxConnections: node.maxConnections,
  };
}

/** The sessions that stand out know it: among the counts by command it may be in `other`, or commands are not counted. */
function longestQuery({ snapshot, details }: Observation): number | undefined {
  const { active, longest, times, dimensions } = snapshot;
  const seconds = [
    ...longest
      .filter(({ command }) => command !== undefined && QUERY.test(command))
      .map((one) => one.seconds),
    ...(details?.notable ?? []).filter(({ isQuery }) => isQuery).flatMap((one) => one.seconds ?? []),
  ];
  if (seconds.length > 0) {
    return Math.max(...seconds);
  }
  // The list has commands and times, and none is of a query.
  const areKnown = dimensions.has('command') || (details !== undefined && active !== undefined);
  return areKnown && times.length > 0 ? 0 : undefined;
}
