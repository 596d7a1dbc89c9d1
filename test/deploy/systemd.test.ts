import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCommandLine } from '../../src/cli/command-line.js';

const PROJECT = path.resolve(import.meta.dirname, '../..');

describe('the unit for systemd', () => {
  const unit = readFileSync(path.join(PROJECT, 'deploy/systemd/taurusdb-session-exporter.service'), 'utf8');

  it('starts the agent by the name that the package gives it', () => {
    const [, program = '', flags = ''] = /^ExecStart=(\S+) (.*)$/m.exec(unit) ?? [];
    const { bin, name, version } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(bin), [program]);
    assert.equal(parseCommandLine(flags.split(' ')).command, 'run');
    assert.ok(unit.includes(`${name}-${version}.tgz`), 'the package has another version by now');
  });
});
