import assert from 'node:assert/strict';
import { piecesOf, StatementReader } from '../../../src/cli/digest/statement-reader.js';
import { compiledKernel, Kernel } from '../../../src/sessions/kernel/kernel.js';
import { COLUMNS, MAX_SHAPED_BYTES, PIECE_BYTES } from '../../../src/sessions/kernel/layout.js';

const CODE = compiledKernel();

function newKernel(): Kernel {
  const kernel = new Kernel(CODE);
  kernel.run.reset();
  kernel.readStatements('auto', 0);
  return kernel;
}

/** The shapes of what the pieces hold, as text, `…` behind those that are cut; one by one from the bytes of a file. */
function shapesIn(pieces: Iterable<Uint8Array>, isNullParted = false): string[] {
  const shapes: string[] = [];
  const reader = new StatementReader(newKernel(), {
    isNullParted,
    take: (_, shape) => {
      const { bytes, isCut } = shape();
      shapes.push(Buffer.from(bytes).toString() + (isCut ? '…' : ''));
    },
  });
  for (const piece of pieces) {
    reader.read(piece);
  }
  reader.end();
  return shapes;
}

function* inPieces(text: string, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

describe('StatementReader', () => {
  it('reads the same statements however the file is parted', () => {
    const text = "\uFEFFSELECT a\nSELECT '1'\r\n\n\r\nSELECT 用户 -- x\r\r\nSELECT 'cut\n\nSELECT b\r";
    const expected = ['SELECT a', "SELECT ''", 'SELECT 用户  ', "SELECT ''…", 'SELECT b'];
    for (let size = 1; size <= text.length + 10; size++) {
      assert.deepEqual(shapesIn(inPieces(text, size)), expected, `pieces of ${size}`);
    }
    assert.deepEqual(shapesIn([]), []);
  });

  it('parts by NUL where it is told so, and keeps line ends', () => {
    const text = 'SELECT a\r\nFROM t\r\n\0\0SELECT b\n';
    for (let size = 1; size <= text.length; size++) {
      assert.deepEqual(shapesIn(inPieces(text, size), true), ['SELECT a\r\nFROM t\r\n', 'SELECT b\n']);
    }
  });

  it('reads the beginning of what is too long, once, and then the next', () => {
    const filled = (length: number) => `SELECT '${'x'.repeat(length - 9)}'`;
    const whole = filled(MAX_SHAPED_BYTES);
    const cut = filled(MAX_SHAPED_BYTES + 1);
    const long = filled(5 * MAX_SHAPED_BYTES);
    for (const size of [6, 97, 4096, PIECE_BYTES - 1, PIECE_BYTES]) {
      for (const end of ['\n', '\r\n']) {
        const text = ['\uFEFF'.concat(whole), 'a', cut, 'b', long, 'c', whole, long].join(end);
        assert.deepEqual(
          shapesIn(inPieces(text, size)),
          ["SELECT ''", 'a', "SELECT ''…", 'b', "SELECT ''…", 'c', "SELECT ''", "SELECT ''…"],
          `pieces of ${size}, ${JSON.stringify(end)}`,
        );
      }
    }
  });

  it('begins anew with the next file', () => {
    const texts: string[] = [];
    const reader = new StatementReader(newKernel(), {
      isNullParted: false,
      take: (_, shape) => texts.push(Buffer.from(shape().bytes).toString()),
    });
    for (const file of ['SELECT a', `b${' '.repeat(2 * MAX_SHAPED_BYTES)}`, 'SELECT c']) {
      for (const piece of piecesOf(Buffer.from(file))) {
        reader.read(piece);
      }
      reader.end();
    }
    assert.deepEqual(
      texts.map((text) => text.trim()),
      ['SELECT a', 'b', 'SELECT c'],
    );
  });

  it('goes on when the kernel has taken more memory', () => {
    const kernel = newKernel();
    const { size } = kernel;
    const shapes: string[] = [];
    const reader = new StatementReader(kernel, {
      isNullParted: false,
      take: (_, shape) => {
        shapes.push(Buffer.from(shape().bytes).toString());
        while (kernel.size === size) {
          kernel.run.makeColumn(COLUMNS, 0, 0);
        }
      },
    });
    reader.read(Buffer.from('SELECT a\nSELECT b\nSEL'));
    reader.read(Buffer.from('ECT c\n'));
    assert.deepEqual(shapes, ['SELECT a', 'SELECT b', 'SELECT c']);
  });
});
