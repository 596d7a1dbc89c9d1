import assert from 'node:assert/strict';
import { shardOf, UsageError } from '../../src/cli/command-line.js';
import type { FlagValues } from '../../src/cli/flags.js';

const HOST = 'taurusdb-session-exporter-2';

function refusal(flags: FlagValues, hostName = HOST): string {
  try {
    shardOf(flags, hostName);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  return assert.fail('accepted');
}

describe('shardOf', () => {
  it('is the whole fleet without flags', () => {
    assert.deepEqual(shardOf({}, HOST), { index: 0, total: 1 });
  });

  it('takes the shard as told', () => {
    assert.deepEqual(shardOf({ shard: '3', 'total-shards': 5 }, HOST), { index: 3, total: 5 });
  });

  it('takes the number that ends the host name, of a whole domain name too', () => {
    const flags = { shard: 'auto', 'total-shards': 12 };
    assert.deepEqual(shardOf(flags, HOST), { index: 2, total: 12 });
    assert.deepEqual(shardOf(flags, 'exporter-11'), { index: 11, total: 12 });
    assert.deepEqual(shardOf(flags, 'exporter-0.exporter.monitoring.svc.cluster.local'), {
      index: 0,
      total: 12,
    });
  });

  it('refuses what is no shard', () => {
    assert.equal(
      refusal({ shard: '5', 'total-shards': 5 }),
      '--shard: got "5", expected auto or a whole number from 0 to 4 (--total-shards is 5)',
    );
    for (const shard of ['-1', '1.5', 'one', '', '1e0', ' 1']) {
      assert.match(refusal({ shard, 'total-shards': 5 }), /^--shard: got ".*", expected auto or a whole/u);
    }
  });

  it('refuses a host name without an ordinal, or with one beyond the shards', () => {
    const flags = { shard: 'auto', 'total-shards': 2 };
    assert.equal(
      refusal(flags),
      '--shard=auto: got the host name "taurusdb-session-exporter-2", expected one that ends in a number from 0 to 1 (--total-shards is 2)',
    );
    assert.match(refusal(flags, 'laptop'), /got the host name "laptop"/u);
    assert.match(refusal(flags, ''), /got the host name ""/u);
    assert.match(refusal(flags, 'laptop.example1'), /got the host name "laptop.example1"/u);
  });
});
