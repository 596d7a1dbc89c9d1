import assert from 'node:assert/strict';
import { deflateRawSync, gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { bodyStart } from '../../../src/taurusdb/refusal/body-start.js';

const HEADER = 'Id,User,Host,State\n';
const XLSX = Buffer.concat([Buffer.from('PK\x03\x04'), deflateRawSync('x')]);

describe('bodyStart', () => {
  for (const [what, bytes] of [
    ['a header', HEADER],
    ['a quoted one', `"Id",User\n`],
    ['a byte-order mark before it', `\ufeff${HEADER}`],
    ['blank lines before it', `\n \r\n${HEADER}`],
    ['UTF-16', Buffer.from(`\ufeff${HEADER}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(HEADER, 'utf16le')],
    ['Chinese', '会话ID,用户,主机,状态\n'],
    ['GB18030', iconv.encode('会话ID,用户,主机,状态\n', 'gb18030')],
    // Its first character has the first byte of a byte-order mark, and "[" as its second.
    ['GB18030 that begins like a mark', Buffer.from([0xef, 0x5b, 0x2c, 0x61])],
    ['a name that begins as a signature does', 'Process id,PK,%PDF'],
    ['a name that is the text of a signature', 'BZh,User,Host,State\n'],
    ['another of these', 'PAR1,User,Host,State\n'],
    ['another one', '(id),user'],
    ['one letter', 'a'],
    ['a thousand blanks', ' '.repeat(1_024)],
    ['names in brackets', `[Id],[User],[Host]\n${' '.repeat(512)}`],
    ['a name in brackets in UTF-16', Buffer.from(`\ufeff[会话ID],[用户]\n${' '.repeat(512)}`, 'utf16le')],
  ] as const) {
    it(`takes ${what} for text`, () => {
      assert.equal(bodyStart(Buffer.from(bytes)), 'text');
    });
  }

  for (const [what, bytes] of [
    ['an object', '{"a": 1}'],
    ['a list', '[1]'],
    ['a page', '<html>'],
    ['blanks before an object', ' \r\n\t{'],
    ['a mark and blanks before it', '\ufeff\n{'],
    ['an object in UTF-16', Buffer.from('\ufeff {', 'utf16le')],
    ['an object in UTF-16, the big end first', Buffer.from('\ufeff{', 'utf16le').swap16()],
    ['an object in UTF-16 without a mark', Buffer.from('{"a"', 'utf16le')],
  ] as const) {
    it(`takes ${what} for something that explains`, () => {
      assert.equal(bodyStart(Buffer.from(bytes), true), 'explanation');
      assert.equal(bodyStart(Buffer.concat([Buffer.from(bytes), Buffer.alloc(512, ' ')])), 'explanation');
    });
  }

  for (const [what, bytes] of [
    ['ZIP', XLSX],
    ['spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['PDF', Buffer.from('%PDF-1.7\n')],
    ['gzip', gzipSync(HEADER)],
    ['zstd', Buffer.from('28b52ffd0400', 'hex')],
    ['bzip2', Buffer.from('BZh91AY&SY')],
    ['7z', Buffer.from('377abcaf271c0004', 'hex')],
    ['PNG', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['Parquet', Buffer.from('PAR1\x15\x04')],
    ['UTF-32', Buffer.from('fffe000049000000', 'hex')],
  ] as const) {
    it(`knows ${what}, and waits for its signature`, () => {
      const found = bodyStart(bytes);
      assert.ok(typeof found === 'object' && found.what.includes(what), JSON.stringify(found));
      assert.equal(bodyStart(bytes.subarray(0, 1)), 'unclear');
    });
  }

  it('waits for the rest of a mark, and for more than blanks', () => {
    for (const bytes of [
      [],
      [0x7b],
      [0x5b, 0x31],
      [0xef],
      [0xef, 0xbb],
      [0xff],
      [0xef, 0xbb, 0xbf],
      [0x20, 0x0a],
    ]) {
      assert.equal(bodyStart(Buffer.from(bytes)), 'unclear');
    }
  });
});
