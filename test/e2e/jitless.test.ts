// Node without WebAssembly, as hardened machines run it: the program says so before it does anything.
import assert from 'node:assert/strict';
import { MAIN, startProgram } from '../support/program.js';

describe('node --jitless', () => {
  for (const args of [['replay', 'sessions.csv'], ['--config.file=config.yaml'], ['check-config']]) {
    it(`is refused with one line by ${args.join(' ')}`, async () => {
      const program = startProgram(args, {}, ['--jitless', MAIN]);
      assert.equal(await program.ended, 1);
      assert.equal(program.stdout(), '');
      const lines = program
        .stderr()
        .split('\n')
        .filter((line) => !line.startsWith('Warning: disabling flag'));
      assert.deepEqual(lines, [
        'node: got no WebAssembly, which session lists are read with and --jitless takes away; start node without that flag (it may stand in NODE_OPTIONS)',
        '',
      ]);
    });
  }

  it('leaves --help and --version alone', async () => {
    for (const flag of ['--help', '--version']) {
      const program = startProgram([flag], {}, ['--jitless', MAIN]);
      assert.equal(await program.ended, 0);
      assert.match(program.stdout(), /taurusdb-session-exporter/u);
    }
  });
});
