import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chunkBuffer, fileChunks } from '../src/file-chunks.js';

describe('fileChunks', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'file-chunks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads files of any length, one after the other in one buffer', async () => {
    const buffer = chunkBuffer();
    for (const length of [0, 1, 262_144, 262_145, 1_000_000]) {
      const content = Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 7) % 251));
      const file = path.join(folder, `${length}`);
      writeFileSync(file, content);
      const chunks: Buffer[] = [];
      for await (const chunk of fileChunks(file, buffer)) {
        // Time for the other half to be filled: it must not be the one that is read.
        await new Promise((resolve) => setTimeout(resolve, 5));
        chunks.push(Buffer.from(chunk));
      }
      assert.ok(Buffer.concat(chunks).equals(content), `${length} bytes`);
    }
  });

  it('reads nothing of a pipe that was not asked for, and so ends while the pipe is open', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    try {
      writeSync(writer, 'first');
      for await (const chunk of fileChunks(pipe, chunkBuffer())) {
        assert.equal(Buffer.from(chunk).toString(), 'first');
        break;
      }
    } finally {
      closeSync(writer);
    }
  });

  it('rejects with the error of what cannot be read', async () => {
    await assert.rejects(fileChunks(folder, chunkBuffer()).next(), { code: 'EISDIR' });
  });
});
