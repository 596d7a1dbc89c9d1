import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import {
  type Address,
  addressIn,
  type Network,
  NetworkTable,
  networkIn,
} from '../../../src/sessions/hosts/networks.js';

function holds(network: Network, address: Address): boolean {
  const table = new NetworkTable();
  table.add(network, 7);
  return table.lowest(address) === 7;
}

function isIn(network: string, host: string): boolean | undefined {
  const parsed = networkIn(network);
  const address = addressIn(host);
  return parsed && address && holds(parsed, address);
}

describe('networks', () => {
  it('hold the addresses of their prefix, IPv4 mapped into IPv6 as well', () => {
    const cases = [
      ['10.0.0.0/8', '10.255.0.1', true],
      ['10.0.0.0/8', '11.0.0.1', false],
      ['10.0.0.0/8', '::ffff:10.1.2.3', true],
      ['10.0.0.0/8', '::FFFF:a01:203', true],
      ['::ffff:10.0.0.0/104', '10.1.2.3', true],
      ['10.1.2.3/8', '10.9.9.9', true],
      ['192.168.0.129/25', '192.168.0.128', true],
      ['192.168.0.129/25', '192.168.0.127', false],
      ['255.255.255.255', '255.255.255.255', true],
      ['0.0.0.0/0', '203.0.113.9', true],
      ['0.0.0.0/0', '2001:db8::1', false],
      ['2001:db8::/32', '2001:db8:0:1::5', true],
      ['2001:db8::/32', '2001:db9::5', false],
      ['fe80::/10', 'fe80::1%eth0', true],
      ['::/0', '2001:db8::1', true],
      ['::/0', '10.0.0.1', false],
      ['::1', '::1', true],
      ['::1', '::2', false],
    ] as const;
    for (const [network, host, expected] of cases) {
      assert.equal(isIn(network, host), expected, `${host} in ${network}`);
    }
  });

  it('are written as address and prefix', () => {
    const wrong = ['', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0/8', '10.0.0.256', '010.0.0.0/8'];
    const wrongIPv6 = [
      '::/129',
      ':::',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      'g::',
      'fe80::%eth0/10',
      '::1/',
      '1:2',
    ];
    const others = [
      '10.0.0.0/255.0.0.0',
      '10.*',
      'web-1',
      '10.0.0.0 /8',
      '[::1]/128',
      '::10.0.0.1.2',
      '1:2:3:4:5:6:7::8:',
    ];
    for (const text of [...wrong, ...wrongIPv6, ...others]) {
      assert.equal(networkIn(text), undefined, text);
    }
  });

  it('read addresses, and judge them, as Node does', () => {
    const sign = fc.constantFrom(
      ':',
      ':',
      '::',
      '.',
      '0',
      '1',
      'f',
      'ffff',
      '10',
      '255',
      '256',
      '::ffff:',
      'g',
    );
    const text = fc.oneof(
      fc.ipV6(),
      fc.ipV4(),
      fc.array(sign, { maxLength: 12 }).map((signs) => signs.join('')),
    );
    fc.assert(
      fc.property(text, fc.ipV6(), fc.nat({ max: 128 }), (host, network, bits) => {
        const address = addressIn(host);
        assert.equal(address !== undefined, isIP(host) !== 0, host);
        const parsed = networkIn(`${network}/${bits}`);
        assert.ok(parsed !== undefined, network);
        // Node lets ::/0 hold IPv4, and IPv4 hold none of IPv6.
        if (
          address !== undefined &&
          isIP(host) === 6 &&
          address[2] !== 0xffff &&
          parsed.address[2] !== 0xffff
        ) {
          const list = new BlockList();
          list.addSubnet(network, bits, 'ipv6');
          assert.equal(holds(parsed, address), list.check(host, 'ipv6'), `${host} in ${network}/${bits}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are found in a table by the lowest of their numbers', () => {
    const octet = fc.constantFrom('0', '1', '128', '255');
    const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
    const networks = fc.array(
      fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([host, bits]) => `${host}/${bits}`),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(networks, ipv4, (written, host) => {
        const table = new NetworkTable();
        const lists = written.map((text, number) => {
          const [address = '', bits = ''] = text.split('/');
          const list = new BlockList();
          list.addSubnet(address, Number(bits), 'ipv4');
          table.add(networkIn(text) ?? assert.fail(text), number);
          return list;
        });
        const first = lists.findIndex((list) => list.check(host, 'ipv4'));
        assert.equal(table.lowest(addressIn(host) ?? assert.fail(host)), first === -1 ? undefined : first);
      }),
      { numRuns: 500 },
    );
  });
});
