import assert from 'node:assert/strict';
import { numberFlag, parseCommandLine, UsageError } from '../../src/cli/command-line.js';
import { COMMANDS, helpText } from '../../src/cli/flags.js';

function refusal(...argv: string[]): string {
  try {
    parseCommandLine(argv);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  return assert.fail('accepted');
}

describe('parseCommandLine', () => {
  it('runs the agent when no command is named', () => {
    assert.equal(parseCommandLine([]).command, 'run');
    assert.equal(parseCommandLine(['--log.level=debug']).command, 'run');
  });

  it('takes a value after = or as the next argument, and the last of repeated flags', () => {
    assert.equal(parseCommandLine(['run', '--config.file=a.yaml']).flags['config.file'], 'a.yaml');
    assert.equal(parseCommandLine(['run', '--config.file', 'b.yaml']).flags['config.file'], 'b.yaml');
    assert.equal(parseCommandLine(['--log.level=debug', '--log.level=warn']).flags['log.level'], 'warn');
  });

  it('takes the files of replay', () => {
    assert.deepEqual(parseCommandLine(['replay', 'a.csv', '--log.level=warn', 'b.csv']).files, [
      'a.csv',
      'b.csv',
    ]);
  });

  it('says what is wrong with the usage', () => {
    assert.match(refusal('colect'), /^unknown command "colect", expected one of run, check-config/u);
    assert.match(refusal('--colour'), /^Unknown option '--colour'$/u);
    assert.match(refusal('--config.file'), /argument missing/u);
    assert.equal(refusal('run', 'extra'), 'unexpected argument "extra" after run');
    assert.equal(refusal('run', '--output=json'), '--output is not a flag of run');
    assert.equal(
      refusal('collect', '--output=xml'),
      '--output: got "xml", expected one of table, json, prometheus',
    );
    assert.equal(refusal('replay'), 'replay needs at least one CSV file');
    assert.match(refusal('--web.enable-lifecycle=yes'), /does not take an argument/u);
  });

  it('has no flag that takes a secret', () => {
    assert.doesNotMatch(helpText(), /--\S*\b(password|secret|token|key|ak|sk)\b/u);
  });
});

describe('numberFlag', () => {
  it('keeps to its range', () => {
    const range = { min: 1, max: 100 };
    assert.equal(numberFlag({}, 'simulate.nodes', range), 4);
    assert.equal(numberFlag({ 'simulate.nodes': '7' }, 'simulate.nodes', range), 7);
    for (const text of ['0', '101', '-1', '1e2', 'many', '']) {
      assert.throws(() => numberFlag({ 'simulate.nodes': text }, 'simulate.nodes', range), {
        message: `--simulate.nodes: got "${text}", expected a number from 1 to 100`,
      });
    }
  });
});

describe('helpText', () => {
  it('names every command', () => {
    for (const command of Object.keys(COMMANDS)) {
      assert.ok(helpText().includes(`  ${command} `));
    }
  });
});
