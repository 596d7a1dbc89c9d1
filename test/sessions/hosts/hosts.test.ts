import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cellText } from '../../../src/sessions/cells.js';
import {
  hostEnd,
  lastGroupLooksLikePort,
  readHost,
  saysNoPorts,
  withoutLastGroup,
} from '../../../src/sessions/hosts/hosts.js';
import { labelText } from '../../../src/sessions/label-text.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { countsOf, snapshotOf } from '../session-file.js';

const READ: Readonly<Record<'written' | 'none' | 'unclear', Readonly<Record<string, string>>>> = {
  written: {
    '10.0.0.1:5000': '10.0.0.1',
    'db-1.internal:33060': 'db-1.internal',
    ':5000': '',
    '[2001:db8::1]:5000': '2001:db8::1',
    '[::1:54321]:7': '::1:54321',
    '2001:db8:1:2:3:4:5:6:3306': '2001:db8:1:2:3:4:5:6',
    '2001:db8:1:2:3:4:5:6:1': '2001:db8:1:2:3:4:5:6',
    '1:2:3:4:5:6::8:3306': '1:2:3:4:5:6::8',
    '::ffff:10.0.0.1:8080': '::ffff:10.0.0.1',
    '::ffff:10.0.0.1:54321': '::ffff:10.0.0.1',
    '1:2:3:4:5:6:10.0.0.1:80': '1:2:3:4:5:6:10.0.0.1',
    '2001:db8::1:54321': '2001:db8::1',
    '2001:DB8::A:65535': '2001:DB8::A',
    'fe80::1%eth0:80': 'fe80::1%eth0',
    'fe80::1%eth0:54321': 'fe80::1%eth0',
    '2001:db8:::80': '2001:db8::',
    '2001:db8::54321': '2001:db8::',
    '::54321': '::',
    'a:12345:54321': 'a:12345',
    'pod:web:3306': 'pod:web',
    'pod:web:33061': 'pod:web',
    '::ffff:10.0.0.256:80': '::ffff:10.0.0.256',
    '::ffff:10.0.0:80': '::ffff:10.0.0',
    '1:2:80': '1:2',
    '1::2::3:80': '1::2::3',
    '1:2:3:4:5:6:7:8:9:10': '1:2:3:4:5:6:7:8:9',
  },
  none: {
    localhost: 'localhost',
    '10.0.0.1': '10.0.0.1',
    '10.0.0.1:70000': '10.0.0.1:70000',
    'host:name': 'host:name',
    'host:': 'host:',
    'host:123456': 'host:123456',
    '%': '%',
    '[::1]': '::1',
    '[::1]x': '[::1]x',
    '[::1]:65536': '[::1]:65536',
    '[broken:1': '[broken:1',
    '::1': '::1',
    '::': '::',
    '::8080': '::8080',
    '2001:db8::': '2001:db8::',
    '2001:db8::5000': '2001:db8::5000',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2:3:4:5:6',
    '2001:db8:1:2:3:4:5:3306': '2001:db8:1:2:3:4:5:3306',
    '::ffff:10.0.0.1': '::ffff:10.0.0.1',
    '::1:99999': '::1:99999',
    '::1:80a': '::1:80a',
    'fe80::1%eth0': 'fe80::1%eth0',
    '1:2:3:4:5:6::80': '1:2:3:4:5:6::80',
  },
  unclear: {
    '::1:8080': '::1:8080',
    '2001:db8::1:5000': '2001:db8::1:5000',
    '2001:db8::1:80': '2001:db8::1:80',
  },
};

describe('readHost', () => {
  for (const [port, hosts] of Object.entries(READ)) {
    for (const [text, host] of Object.entries(hosts)) {
      it(`reads ${JSON.stringify(text)}`, () => {
        assert.deepEqual(readHost(text), { host, port });
      });
    }
  }

  it('reads the bytes of most hosts as their text', () => {
    for (const text of Object.values(READ).flatMap((hosts) => Object.keys(hosts))) {
      const bytes = Buffer.from(`1:${text}:5`);
      const end = hostEnd(bytes, 2, bytes.length - 2);
      const { host, port } = readHost(text);
      if (text.startsWith('[')) {
        assert.equal(end, -1);
      } else if (port === 'unclear') {
        assert.equal(bytes.toString('utf8', ~end), `${text.slice(text.lastIndexOf(':'))}:5`);
      } else {
        assert.equal(bytes.toString('utf8', 2, end), host);
      }
    }
  });

  it('knows which hosts without a port say that there are none', () => {
    for (const host of ['10.0.0.1', 'web-1', '::1', 'fe80::1%eth0', '127.0.0.1']) {
      assert.ok(saysNoPorts(host), host);
    }
    const others = [
      'connecting host',
      '/tmp/mysql.sock',
      '10.0.0.0/255.0.0.0',
      '%',
      '-',
      'web-%',
      'host:name',
    ];
    for (const host of [undefined, 'localhost', 'LocalHost', ...others, '10.0.0.1:70000', '[::1]x']) {
      assert.ok(!saysNoPorts(host), host);
    }
  });
});

describe('withoutLastGroup', () => {
  it('leaves what is no address', () => {
    assert.equal(withoutLastGroup('::1:8080'), '::1');
    assert.equal(withoutLastGroup('other'), 'other');
  });
});

for (const { build, kernels } of KERNEL_BUILDS) {
  async function hostsOf(...hosts: readonly string[]) {
    const rows = hosts.map((host) => `app,${host},\n`).join('');
    const snapshot = await snapshotOf(`user,host,state\n${rows}`, {}, undefined, kernels);
    const { distinct } = snapshot.dimensions.get('host') ?? {};
    const counts = countsOf(snapshot, 'host');
    assert.equal(Object.keys(counts).length, distinct);
    return counts;
  }

  /** What is counted of it, and of two that are read by what it says of ports. */
  function expectedWithOthers(text: string): Record<string, number> {
    const { host, port } = readHost(text);
    const carriesPorts = port === 'written' ? true : saysNoPorts(host) && port === 'none' ? false : undefined;
    const counts: Record<string, number> = {};
    for (const one of port === 'unclear' ? [host, '::1:80', '::1:8080'] : ['::1:80', '::1:8080']) {
      const name = (carriesPorts ?? lastGroupLooksLikePort(one)) ? withoutLastGroup(one) : one;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    if (port !== 'unclear') {
      const name = labelText(cellText(host));
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  describe(`a host in a row, read by the kernel ${build}`, () => {
    it('is what it is in a text', async () => {
      for (const text of Object.values(READ).flatMap((hosts) => Object.keys(hosts))) {
        assert.deepEqual(await hostsOf(text, '::1:80', '::1:8080'), expectedWithOthers(text), text);
      }
    });

    it('is that also with a port of any length', async () => {
      const digits = fc.oneof(
        fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 7 }),
        fc.integer({ min: 59_990, max: 70_000 }).map(String),
        fc.constantFrom('8O80', '80/', '8:', '99 ', '-1', '65535', '65536', '59999', '60000', '٣'),
      );
      const name = fc.constantFrom(
        ...['', 'h', 'h1', '10.0.0.1', '::1', '2001:db8::1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8', 'a:1', ':'],
        ...[
          '[::1]',
          'web-1.internal',
          '用户',
          'x'.repeat(127),
          'h:',
          'fe80::1%eth0',
          '::ffff:10.0.0.1',
          'localhost',
        ],
      );
      await fc.assert(
        fc.asyncProperty(name, digits, async (host, port) => {
          const text = `${host}:${port}`.trim();
          assert.deepEqual(await hostsOf(text, '::1:80', '::1:8080'), expectedWithOthers(text), text);
        }),
        { numRuns: 500 },
      );
    });
  });

  describe(`a host that can be read in two ways, by the kernel ${build}`, () => {
    it('ends in a port where the others of the file have one', async () => {
      for (const other of [
        '10.0.0.1:5000',
        'web-1:70',
        '[2001:db8::2]:5000',
        '2001:db8::2:54321',
        'localhost:80',
      ]) {
        const counts = await hostsOf('::1:80', other, '::1:8080', '::1:54321', 'localhost', '', 'NULL');
        assert.equal(counts['::1'], 3, other);
      }
    });

    it('ends in no port where the others have none', async () => {
      for (const other of ['10.0.0.1', 'web-1', '[2001:db8::2]', '2001:db8:1:2:3:4:5:6', '::ffff:10.0.0.1']) {
        assert.deepEqual(await hostsOf('::1:8080', other, '::1:80'), {
          '::1:80': 1,
          '::1:8080': 1,
          [other.replace(/[[\]]/gu, '')]: 1,
        });
      }
    });

    it('ends in a port of four digits where nothing else tells', async () => {
      const counts = { '::1': 2, '::1:80': 1, localhost: 1, none: 2, 'host:name': 1, 'connecting host': 1 };
      const rows = [
        '::1:8080',
        ' ::1:9090 ',
        '::1:80',
        'localhost',
        '',
        'NULL',
        'host:name',
        'connecting host',
      ];
      assert.deepEqual(await hostsOf(...rows), counts);
      assert.deepEqual(await hostsOf(...rows.toReversed()), counts);
    });

    it('is read as most others are, with a port where as many have one as not', async () => {
      assert.equal((await hostsOf('10.0.0.1:50', '::1:80', '10.0.0.2'))['::1'], 1);
      assert.equal((await hostsOf('10.0.0.1:50', '::1:80', '10.0.0.2', '10.0.0.2'))['::1:80'], 1);
    });

    it('is counted with those that come to the same', async () => {
      assert.deepEqual(await hostsOf('::1', '[::1]:7000', '::1:7000', '::1:7001', '::1:54321'), { '::1': 5 });
      assert.deepEqual(await hostsOf('[::1:7000]:70', '::1:7000'), { '::1': 1, '::1:7000': 1 });
    });

    it('stays as it is where ports are kept', async () => {
      const file = 'user,host,state\na,::1:8080,\na,10.0.0.1:80,\n';
      assert.deepEqual(countsOf(await snapshotOf(file, { stripPort: false }, undefined, kernels), 'host'), {
        '10.0.0.1:80': 1,
        '::1:8080': 1,
      });
    });
  });
}
