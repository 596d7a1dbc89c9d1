import assert from 'node:assert/strict';
import iconv from 'iconv-lite';
import { tellFirstLine } from '../../src/sessions/first-line.js';

async function firstLineOf(body: string | Uint8Array, encoding = 'utf-8', chunk = 7): Promise<string[]> {
  const told: string[] = [];
  const bytes = Buffer.from(body);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) {
      yield bytes.subarray(at, at + chunk);
    }
  }
  const passed: Uint8Array[] = [];
  for await (const one of tellFirstLine(chunks(), encoding, (line) => told.push(line))) {
    passed.push(one);
  }
  assert.deepEqual(Buffer.concat(passed), bytes);
  return told;
}

describe('tellFirstLine', () => {
  it('tells the first line that is not blank, whatever ends it, and passes the file on', async () => {
    for (const lineEnd of ['\n', '\r\n', '\r', '\u0085', '\u2028', '\u2029']) {
      assert.deepEqual(
        await firstLineOf(`${lineEnd} ${lineEnd}Id,"User"${lineEnd}1,a${lineEnd}`),
        ['Id,"User"'],
        JSON.stringify(lineEnd),
      );
    }
    assert.deepEqual(await firstLineOf('Id,User'), ['Id,User']);
  });

  it('reads it in its encoding, without a byte-order mark', async () => {
    assert.deepEqual(await firstLineOf('\ufeffId,用户\n'), ['Id,用户']);
    assert.deepEqual(await firstLineOf(iconv.encode('会话ID,用户\n', 'gb18030'), 'gb18030'), ['会话ID,用户']);
    assert.deepEqual(await firstLineOf(Buffer.from('\ufeffId,用户\n', 'utf16le')), ['Id,用户']);
    assert.deepEqual(await firstLineOf(Buffer.from([0x49, 0xff, 0x0a])), ['I\ufffd']);
  });

  it('writes what a terminal would act upon as escapes', async () => {
    assert.deepEqual(await firstLineOf('a\tb\u001b[31m\u0000\u009b\u202eé\n'), [
      'a\\tb\\u{1b}[31m\\u{0}\\u{9b}\\u{202e}é',
    ]);
  });

  it('tells at most 4 KiB of it, and says that it is cut', async () => {
    assert.deepEqual(await firstLineOf('x'.repeat(5_000), 'utf-8', 1_000), [`${'x'.repeat(4_095)}…`]);
    assert.deepEqual(await firstLineOf('€'.repeat(5_000), 'utf-8', 1_000), [`${'€'.repeat(1_365)}…`]);
    const [escapes = ''] = await firstLineOf('\0'.repeat(5_000), 'utf-8', 1_000);
    assert.equal(escapes.length, 4_096);
  });

  it('tells it of a file that breaks off, and of one that is read no further; nothing where nothing came', async () => {
    const told: string[] = [];
    async function* broken() {
      yield Buffer.from('Id,User\n1');
      throw new Error('reset');
    }
    await assert.rejects(async () => {
      for await (const _ of tellFirstLine(broken(), 'utf-8', (line) => told.push(line))) {
      }
    }, /reset/);
    for await (const _ of tellFirstLine(broken(), 'utf-8', (line) => told.push(line))) {
      break;
    }
    assert.deepEqual(told, ['Id,User', 'Id,User']);
    assert.deepEqual(await firstLineOf(''), []);
  });
});
