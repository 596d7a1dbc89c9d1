import assert from 'node:assert/strict';
import { Kernel } from '../../../src/sessions/kernel/kernel.js';
import { BYTES, COLUMNS, SECRET, SECRET_BYTES } from '../../../src/sessions/kernel/layout.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { LoneColumn, newKernel } from '../kernel-fixture.js';

for (const { build, code } of KERNEL_BUILDS) {
  describe(`Kernel ${build}`, () => {
    it('hashes by a secret of its own', () => {
      const secretOf = (kernel: Kernel) => kernel.bytes.toString('hex', SECRET, SECRET + SECRET_BYTES);
      const secret = secretOf(newKernel(code));
      assert.ok(new Set(Buffer.from(secret, 'hex')).size > SECRET_BYTES / 4);
      assert.notEqual(secretOf(newKernel(code)), secret);
    });

    it('follows its memory when it takes more', () => {
      const kernel = newKernel(code);
      const small = kernel.bytes;
      kernel.bytes.write('kept', BYTES);
      const at = kernel.run.roomFor(8 * 2 ** 20, 4) >>> 0;
      assert.equal(kernel.text(at, at + 4), 'kept');
      assert.ok(kernel.bytes.length > 8 * 2 ** 20 && small.length === 0);
      assert.equal(kernel.size, kernel.bytes.length);
      kernel.setWord(at, 7);
      kernel.setHalf(at + 4, 8);
      kernel.setDouble(at + 8, 0.5);
      assert.deepEqual([kernel.word(at), kernel.half(at + 4), kernel.double(at + 8)], [7, 8, 0.5]);
    });

    it('keeps what stands in it while it takes more for texts and for what it reads', () => {
      const kernel = newKernel(code);
      const lone = new LoneColumn(kernel);
      const names = Array.from({ length: 5_000 }, (_, n) => `${n}`.padEnd(n % 128, 'x'));
      const places: number[] = [];
      for (const [index, name] of names.entries()) {
        // What was held before moves to a larger place, and texts may lie where it was.
        const at = kernel.run.roomFor(index % 1_000 === 999 ? 400_000 * (index / 999) : 1, 4) >>> 0;
        assert.ok(index === 0 || kernel.text(at, at + 4) === 'held');
        kernel.bytes.write(name, at);
        places.push(lone.column.count(at, at + name.length));
        kernel.bytes.write('held', at);
      }
      assert.deepEqual(
        places.map((at) => lone.column.nameOf(at)),
        names,
      );
    });

    it('takes the last page that it may have before it refuses a text', () => {
      const kernel = new Kernel(code, 13);
      kernel.run.reset();
      const lone = new LoneColumn(kernel);
      assert.throws(
        () => {
          for (let number = 0; number < 100_000; number++) {
            lone.count(`user ${number}`);
          }
        },
        { name: 'CsvError', message: /^csv memory: got a list that takes more/ },
      );
      assert.equal(kernel.bytes.length, 13 * 65_536);
    });

    it('says that there is no memory for it, and who asks while no file is read', () => {
      assert.throws(() => new Kernel(code, 1), {
        name: 'CsvError',
        message: /^csv memory: got none of the system, expected \d+ bytes/,
      });
      const kernel = newKernel(code);
      new LoneColumn(kernel);
      kernel.cells = undefined;
      assert.throws(() => kernel.run.count(COLUMNS, BYTES, 0), /got a question while no file is read/);
    });
  });
}
