// --shard and --total-shards → which nodes are ours.
import type { Shard } from '../discover/shard.js';
import { UsageError } from './command-line.js';
import type { FlagValues } from './flags.js';

const MAX_SHARDS = 1_000;

/** With `--shard=auto` the ordinal of a StatefulSet's pod, which ends its host name. */
export function shardOf(flags: FlagValues, hostName: string): Shard {
  const { shard = '0', 'total-shards': totalShards = '1' } = flags;
  const total = wholeNumber(totalShards);
  if (total === undefined || total < 1 || total > MAX_SHARDS) {
    throw new UsageError(
      `--total-shards: got "${totalShards}", expected a whole number from 1 to ${MAX_SHARDS}`,
    );
  }
  const range = `from 0 to ${total - 1} (--total-shards is ${total})`;
  if (shard !== 'auto') {
    const index = wholeNumber(shard);
    if (index === undefined || index >= total) {
      throw new UsageError(`--shard: got "${shard}", expected auto or a whole number ${range}`);
    }
    return { index, total };
  }
  // The pod's own name, where the host name is a whole domain name.
  const index = wholeNumber(/\d+$/u.exec(hostName.split('.')[0] ?? '')?.[0] ?? '');
  if (index === undefined || index >= total) {
    throw new UsageError(
      `--shard=auto: got the host name "${hostName}", expected one that ends in a number ${range}`,
    );
  }
  return { index, total };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
}
