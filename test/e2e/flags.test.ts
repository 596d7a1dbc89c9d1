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

describe('flags of the program', function () {
  this.timeout(60_000);

  for (const [flag, value, expected] of WRONG) {
    it(`refuse --${flag}=${value}`, async () => {
      assert.deepEqual(await runProgram([`--${flag}=${value}`]), {
        code: 2,
        stdout: '',
        stderr: `--${flag}: got "${value}", expected ${expected}\nsee --help\n`,
      });
    });
  }
});
