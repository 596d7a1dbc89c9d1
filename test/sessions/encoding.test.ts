import assert from 'node:assert/strict';
import { toUtf8 } from '../../src/sessions/encoding.js';
import { collected, inChunks } from './session-file.js';

const TEXT = 'user,用户,😀,é\r\n';
const GB18030 = Buffer.from('757365722cd3c3bba72c9439fc362ca8a60d0a', 'hex');

const UTF_16LE = Buffer.from(`\ufeff${TEXT}`, 'utf16le');
const FILES: Readonly<Record<string, readonly [file: Buffer, configured: string]>> = {
  'UTF-8': [Buffer.from(TEXT), 'utf-8'],
  'UTF-8 under another of its names': [Buffer.from(TEXT), 'UTF8'],
  'UTF-8 with a byte-order mark': [Buffer.from(`\ufeff${TEXT}`), 'utf-8'],
  'UTF-8 with a byte-order mark, though gb18030 is configured': [Buffer.from(`\ufeff${TEXT}`), 'gb18030'],
  'UTF-16LE with a byte-order mark': [UTF_16LE, 'utf-8'],
  'UTF-16BE with a byte-order mark': [Buffer.from(UTF_16LE).swap16(), 'gb18030'],
  'UTF-16LE as configured': [Buffer.from(TEXT, 'utf16le'), 'utf-16le'],
  GB18030: [GB18030, 'gb18030'],
};

describe('toUtf8', () => {
  for (const [name, [file, configured]] of Object.entries(FILES)) {
    for (const size of [1, 2, 3, 1000]) {
      it(`reads ${name} in chunks of ${size} bytes`, async () => {
        const utf8 = await collected(toUtf8(inChunks(file, [size]), configured));
        assert.equal(utf8.toString(), TEXT);
      });
    }
  }

  it('puts U+FFFD where a body in another encoding is cut inside a character', async () => {
    const utf8 = await collected(toUtf8(inChunks(GB18030.subarray(0, 6), [1]), 'gb18030'));
    assert.equal(utf8.toString(), 'user,\ufffd');
  });

  for (const sizes of [[1], [3, 1], [40, 3, 1], [43, 1], [44]]) {
    it(`reads on behind an invalid sequence that is cut in pieces of ${sizes.join(' and ')}`, async () => {
      const around = Buffer.alloc(40, 'a');
      const file = Buffer.concat([around, Buffer.from([0x81, 0x30, 0x81, 0x00]), around]);
      const utf8 = await collected(toUtf8(inChunks(file, sizes), 'gb18030'));
      assert.equal(utf8.toString(), `${around}\ufffd0\ufffd\0${around}`);
    });
  }

  it('makes nothing of nothing', async () => {
    assert.equal((await collected(toUtf8(inChunks(''), 'gb18030'))).length, 0);
  });

  it('yields the whole of a body that is shorter than a byte-order mark', async () => {
    assert.equal((await collected(toUtf8(inChunks('ab', [1]), 'utf-8'))).toString(), 'ab');
  });

  it('refuses an encoding that it does not know, and releases the source', async () => {
    let released = false;
    const source = async function* () {
      try {
        yield Buffer.from(TEXT);
      } finally {
        released = true;
      }
    };
    await assert.rejects(collected(toUtf8(source(), 'klingon')), {
      name: 'CsvError',
      message:
        'csv encoding: got "klingon", expected a name of the WHATWG Encoding Standard, such as "utf-8" or "gb18030"',
    });
    assert.ok(released);
  });
});
