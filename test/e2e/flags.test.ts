// Flags that come before a key of the configuration, refused by the built program before it does anything.
import assert from 'node:assert/strict';
import { FLAG_KEYS } from '../../src/config/flag-keys.js';
import { PAGES } from '../../src/web/pages.js';
import { OWN_PATHS } from '../../src/web/paths.js';
import { runProgram } from '../support/program.js';

const WRONG = [
  ...[...Object.values(OWN_PATHS), ...PAGES.map(({ path }) => path), 'metrics', '/metrics?a=b', ''].map(
    (path) => ['web.telemetry-path', path, FLAG_KEYS['web.telemetry_path'].kind.expected] as const,
  ),
  ...['10104', ':65536', '::1:80', ''].map(
    (address) => ['web.listen-address', address, FLAG_KEYS['web.listen_address'].kind.expected] as const,
  ),
];

describe('flags of the program', () => {
  for (const [flag, value, expected] of WRONG) {
    it(`refuse --${flag}=${value}`, async () => {
      const { code, stdout, stderr } = await runProgram([`--${flag}=${value}`]);
      assert.deepEqual([code, stdout], [2, '']);
      const [message = '', ...rest] = stderr.split('\n');
      assert.equal(
        message.replace(/: write ":\d+"$/u, ''),
        `--${flag}: got "${value}", expected ${expected}`,
      );
      assert.deepEqual(rest, ['see --help', '']);
    });
  }

  it('help on standard output, of the program and of a command', async () => {
    const asked = [['-h'], ['help', 'check-config'], ['check-config', '--help']];
    const [whole, ...ofCommand] = await Promise.all(asked.map((args) => runProgram(args)));
    assert.deepEqual([whole?.code, whole?.stderr], [0, '']);
    assert.match(whole?.stdout ?? '', /\n {2}check-config .*\n(.*\n)* {2}--simulate\.nodes=N /u);
    for (const { code, stdout, stderr } of ofCommand) {
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^usage: .* check-config \[FILE\] \[FLAGS\]\n(.*\n)* {2}--online /u);
      assert.doesNotMatch(stdout, /--output|--simulate/u);
    }
  });

  it('know what was meant by a mistyped command and a mistyped flag', async () => {
    const [command, flag] = await Promise.all([
      runProgram(['chekc-config']),
      runProgram(['--log-level=debug']),
    ]);
    assert.deepEqual([command.code, command.stdout], [2, '']);
    assert.match(command.stderr, /did you mean check-config\?\nsee --help\n$/u);
    assert.deepEqual([flag.code, flag.stdout], [2, '']);
    assert.match(flag.stderr, /did you mean --log\.level\?\nsee --help\n$/u);
  });
});
