import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateText, gzipMember, joinTexts } from '../../src/metrics/gzip-member.js';
import { readOneMember } from '../support/one-member.js';

/** Of a member, as it stands at its end. */
function checkOf(member: readonly Buffer[]): { crc: number; length: number } {
  const end = Buffer.concat(member).subarray(-8);
  return { crc: end.readUInt32LE(0), length: end.readUInt32LE(4) };
}

describe('gzipMember', () => {
  it('is one member of the texts, however they are cut and joined before', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      // As samples are: the same again and again.
      fc.nat(300).map((times) => Buffer.from('taurusdb_up{node_id="0a1b"} 1\n'.repeat(times))),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), fc.nat(12), (texts, middle) => {
        const deflated = texts.map(deflateText);
        const whole = Buffer.concat(texts);
        for (const pieces of [
          deflated,
          [joinTexts(deflated)],
          [joinTexts(deflated.slice(0, middle)), ...deflated.slice(middle)],
          [...deflated.slice(0, middle), joinTexts(deflated.slice(middle))],
        ]) {
          assert.deepEqual(readOneMember(Buffer.concat(gzipMember(pieces))), whole);
        }
      }),
    );
  });

  it('takes a text more than once, and in any order', () => {
    const [a, b, none] = ['a text\n', 'another one\n', ''].map((text) => deflateText(Buffer.from(text)));
    assert.ok(a && b && none);
    const member = gzipMember([none, b, a, a, none, b]);
    const text = readOneMember(Buffer.concat(member)).toString();
    assert.equal(text, 'another one\na text\na text\nanother one\n');
  });

  it('is a member of nothing where there is no text', () => {
    for (const pieces of [[], [deflateText(Buffer.alloc(0))], [joinTexts([])]]) {
      assert.equal(readOneMember(Buffer.concat(gzipMember(pieces))).length, 0);
    }
  });

  it('tells the check sum and, modulo 2^32, the length of more than 4 GiB', () => {
    // As Python's zlib.crc32 finds them, reading all of it.
    const zeros = deflateText(Buffer.alloc(2 ** 20));
    assert.deepEqual(checkOf(gzipMember([joinTexts(Array(5120).fill(zeros))])), {
      crc: 423_114_947,
      length: 2 ** 30,
    });
    const pattern = deflateText(Buffer.from(Array.from({ length: 2 ** 20 }, (_, i) => (i * i) % 251)));
    assert.deepEqual(checkOf(gzipMember(Array(4099).fill(pattern))), {
      crc: 3_541_950_041,
      length: 3 * 2 ** 20,
    });
  });

  it('takes hardly more bytes than the same text compressed at once', () => {
    const texts = Array.from({ length: 40 }, (_, family) =>
      Buffer.from(
        Array.from({ length: 160 }, (_, node) => `taurusdb_${family}{node_id="${node}no07"} ${node}\n`).join(
          '',
        ),
      ),
    );
    const member = Buffer.concat(gzipMember(texts.map(deflateText)));
    assert.ok(
      member.length < 1.1 * gzipSync(Buffer.concat(texts), { level: 1 }).length,
      `${member.length} bytes`,
    );
  });
});

describe('the tests’ reader of gzip', () => {
  const member = gzipSync('a text\n');

  for (const [what, bytes] of [
    ['two members', Buffer.concat([member, member])],
    ['a byte behind the member', Buffer.concat([member, Buffer.from('\0')])],
    ['a member cut short', member.subarray(0, -1)],
    ['another length', Buffer.concat([member.subarray(0, -4), Buffer.from([8, 0, 0, 0])])],
    ['another check sum', Buffer.concat([member.subarray(0, -8), Buffer.alloc(4), member.subarray(-4)])],
    ['text', Buffer.from('a text\n')],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.equal(String(readOneMember(member)), 'a text\n');
      assert.throws(() => readOneMember(bytes), /^Error: (gzip: got|unexpected end)/u);
    });
  }
});
