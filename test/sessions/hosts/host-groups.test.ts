import assert from 'node:assert/strict';
import type { HostGroup } from '../../../src/sessions/hosts/host-groups.js';
import { networkIn } from '../../../src/sessions/hosts/networks.js';
import type { SessionSettings } from '../../../src/sessions/read-snapshot.js';
import { countsOf, SETTINGS, snapshotOf } from '../session-file.js';

function group(name: string, cidr: readonly string[], match?: string): HostGroup {
  return { name, networks: cidr.flatMap((text) => networkIn(text) ?? []), match };
}

async function hostsOf(
  hosts: readonly string[],
  hostGroups: readonly HostGroup[],
  settings: Partial<SessionSettings> = {},
) {
  const rows = hosts.map((host) => `a,"${host}",`);
  return snapshotOf(['user,host,state', ...rows].join('\n'), { hostGroups, ...settings });
}

describe('groups of client hosts', () => {
  const PODS = group('pods', ['10.0.0.0/8', '2001:db8::/32']);
  const WEB = group('web', [], 'web-*');

  it('count their hosts under one name, and leave the others as they are', async () => {
    const hosts = [
      '10.0.0.1:5000',
      '10.0.0.2:5001',
      '::ffff:10.0.0.3',
      '[2001:db8::1]:70',
      'web-1:1',
      'Web-2:1',
    ];
    const snapshot = await hostsOf([...hosts, '192.0.2.1:9', 'localhost', '', 'NULL'], [PODS, WEB]);
    assert.deepEqual(countsOf(snapshot, 'host'), {
      pods: 4,
      web: 1,
      'Web-2': 1,
      '192.0.2.1': 1,
      localhost: 1,
      none: 2,
    });
    // Before max_values, not before the groups.
    assert.equal(snapshot.dimensions.get('host')?.distinct, 6);
  });

  it('come in their order, and two of one name are one', async () => {
    const first = [group('node', ['10.0.0.7']), PODS, group('node', [], '*.example')];
    const hosts = ['10.0.0.7', '10.0.0.8', 'a.example'];
    assert.deepEqual(countsOf(await hostsOf(hosts, first), 'host'), { node: 2, pods: 1 });
    assert.deepEqual(countsOf(await hostsOf(hosts, first.toReversed()), 'host'), { node: 1, pods: 2 });
  });

  it('come in their order whether a network or a glob fits', async () => {
    const groups = [
      group('web', [], 'web-*'),
      group('one', ['10.0.0.7'], '10.0.0.9'),
      group('nine', [], '*.9'),
      PODS,
      group('rest', [], '*'),
    ];
    const hosts = ['10.0.0.7', '10.0.0.9', '10.0.1.9', '10.0.0.8', 'web-1', 'x'];
    assert.deepEqual(countsOf(await hostsOf(hosts, groups), 'host'), {
      one: 2,
      nine: 1,
      pods: 1,
      web: 1,
      rest: 1,
    });
  });

  it('are counted with a host of their name', async () => {
    const named = [group('web-1', [], 'db-*'), group('db-1', [], 'web-*')];
    assert.deepEqual(countsOf(await hostsOf(['db-1', 'db-2', 'web-1', 'web-1', 'x'], named), 'host'), {
      'web-1': 2,
      'db-1': 2,
      x: 1,
    });
    assert.deepEqual(countsOf(await hostsOf(['pods', '10.0.0.1'], [PODS]), 'host'), { pods: 2 });
  });

  it('look at a host without its port, also where it is shown', async () => {
    const one = group('one', ['2001:db8::1'], 'web-?');
    const hosts = [
      'web-1:5000',
      'web-1',
      'web-10:5000',
      '[2001:db8::1]:70',
      '2001:db8::1:5432',
      '2001:db8::2',
    ];
    assert.deepEqual(countsOf(await hostsOf(hosts, [one], { stripPort: false }), 'host'), {
      one: 4,
      'web-10:5000': 1,
      '2001:db8::2': 1,
    });
  });

  it('see all of a long host, of which a label is cut', async () => {
    const long = `${'x'.repeat(200)}.example`;
    const hosts = [long, long, `${'x'.repeat(200)}.invalid`];
    const counts = countsOf(await hostsOf(hosts, [group('examples', [], '*.example')]), 'host');
    assert.equal(counts.examples, 2);
    assert.deepEqual(Object.values(counts).sort(), [1, 2]);
  });

  it('never take what is no host: NULL, and the values beyond max_values', async () => {
    const everything = group('all', ['0.0.0.0/0', '::/0'], '*');
    assert.deepEqual(countsOf(await hostsOf(['', 'NULL', 'other', 'a'], [everything]), 'host'), {
      none: 2,
      other: 1,
      all: 1,
    });
    const dimensions = { ...SETTINGS.dimensions, host: { enabled: true, maxValues: 1 } };
    const snapshot = await hostsOf(['a', '10.0.0.1', '10.0.0.2', 'b'], [PODS], { dimensions });
    assert.deepEqual(countsOf(snapshot, 'host'), { pods: 2, other: 2 });
  });
});
