import assert from 'node:assert/strict';
import { parseCommandLine, shardOf, UsageError } from '../../src/cli/command-line.js';
import { FLAGS, type FlagValues } from '../../src/cli/flags.js';
import { helpText } from '../../src/cli/help.js';
import { COMMAND_NAMES } from '../../src/cli/usage/commands.js';
import type { Flag } from '../../src/cli/usage/flag.js';
import { FLAG_KEYS } from '../../src/config/flag-keys.js';
import { PAGES } from '../../src/web/pages.js';
import { INCIDENT_FOLDERS, OWN_PATHS } from '../../src/web/paths.js';
import { ConfigFolder } from '../config/config-folder.js';
import { projectAnd } from '../config/sample-config.js';

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

  it('takes files of digest or none, and - for standard input', () => {
    assert.deepEqual(parseCommandLine(['digest']).files, []);
    const { files, flags } = parseCommandLine(['digest', 'a.sql', '--null', '--cap', '1024', '-']);
    assert.deepEqual([files, flags.null, flags.cap], [['a.sql', '-'], true, 1024]);
  });

  it('takes the one file of backtest', () => {
    const { files, flags } = parseCommandLine(['backtest', '--output=json', 'a.json']);
    assert.deepEqual([files, flags], [['a.json'], { output: 'json' }]);
    assert.deepEqual(parseCommandLine(['backtest', '-']).files, ['-']);
    assert.equal(refusal('backtest'), 'backtest needs a file; - is standard input');
    assert.equal(
      refusal('backtest', 'a', 'b'),
      'unexpected argument "b" after backtest, which takes one file',
    );
    assert.match(helpText('backtest'), /^usage: taurusdb-session-exporter backtest FILE \[FLAGS\]$/mu);
  });

  it('takes of a flag only what the command knows of its values', () => {
    assert.equal(parseCommandLine(['collect', '--output=prometheus']).flags.output, 'prometheus');
    assert.equal(
      refusal('digest', '--output=prometheus'),
      '--output: got "prometheus", expected one of table, json',
    );
    assert.equal(refusal('digest', '--output'), '--output needs a value: --output=table|json');
    assert.match(helpText('digest'), /--output=table\|json +what is printed of a statement/u);
    assert.match(helpText('replay'), /--output=table\|json\|prometheus +what is printed: a line/u);
  });

  it('says what is wrong with the usage', () => {
    assert.equal(refusal('run', 'extra'), 'unexpected argument "extra" after run');
    assert.equal(refusal('replay'), 'replay needs at least one CSV file');
    assert.match(
      refusal('replay', 'a.csv', '--top', '--output=prometheus'),
      /^--top is of --output=table and json/u,
    );
    assert.match(refusal('check-config', '--show-header'), /^--show-header needs --online/u);
    assert.match(
      refusal('collect', '--online', '--show-header'),
      /is a flag of check-config, not of collect$/u,
    );
    assert.match(refusal('--web.enable-lifecycle=yes'), /^--web\.enable-lifecycle takes no value: /u);
    for (const without of [['--config.file'], ['--config.file='], ['--config.file', '--log.level=info']]) {
      assert.equal(refusal(...without), '--config.file needs a value: --config.file=FILE');
    }
    assert.equal(
      refusal('collect', '--output=xml'),
      '--output: got "xml", expected one of table, json, prometheus',
    );
  });

  it('knows what a mistyped command was meant to be', () => {
    const known = `expected one of ${COMMAND_NAMES.join(', ')}`;
    const meant = {
      colect: 'did you mean collect?',
      'chekc-config': 'did you mean check-config?',
      check: 'did you mean check-config?',
      Discover: 'did you mean discover?',
      version: 'did you mean --version?',
      'etc/config.yaml': 'for a configuration write --config.file=etc/config.yaml',
      '-': 'for a configuration write --config.file=-',
    };
    for (const [typed, hint] of Object.entries(meant)) {
      assert.equal(refusal(typed), `unknown command "${typed}", ${known}: ${hint}`);
      assert.equal(refusal('help', typed), `unknown command "${typed}", ${known}: ${hint}`);
    }
    assert.equal(refusal('zzz'), `unknown command "zzz", ${known}`);
  });

  it('knows what a mistyped flag was meant to be', () => {
    const cases: readonly (readonly [argv: string, message: string])[] = [
      ['--confg.file=x', 'unknown flag "--confg.file": did you mean --config.file?'],
      ['--log-level debug', 'unknown flag "--log-level": did you mean --log.level?'],
      ['--level=debug', 'unknown flag "--level": did you mean --log.level?'],
      ['--config=x', 'unknown flag "--config": did you mean --config.file?'],
      ['--web.listen_address=:1', 'unknown flag "--web.listen_address": did you mean --web.listen-address?'],
      ['run --onlin', 'unknown flag "--onlin": did you mean --online (of check-config)?'],
      ['replay --outptu=json', 'unknown flag "--outptu": did you mean --output?'],
      ['-config.file=x', 'flags start with two dashes: did you mean --config.file?'],
      ['check-config -online', 'flags start with two dashes: did you mean --online?'],
      ['--online', '--online is a flag of check-config, not of run'],
      ['run --output=json', '--output is a flag of collect, replay, digest, explain, backtest, not of run'],
      [
        '--log.level=warning',
        '--log.level: got "warning", expected one of debug, info, warn, error: write warn',
      ],
      ['--log.level=wran', '--log.level: got "wran", expected one of debug, info, warn, error: write warn'],
      ['-v', 'flags start with two dashes: did you mean --version?'],
      ['-V', 'flags start with two dashes: did you mean --version?'],
      [
        '--web.config.file=-',
        '--web.config.file: got "-", expected a file: standard input is for --config.file alone',
      ],
      ['check-config ', 'check-config: got an empty name, expected that of a file: is a variable unset?'],
      ['replay a.csv ', 'replay: got an empty name, expected that of a file: is a variable unset?'],
      ['--log.format=JSON', '--log.format: got "JSON", expected one of logfmt, json: write json'],
      ['--colour', 'unknown flag "--colour"'],
      [
        'run config.yaml',
        'unexpected argument "config.yaml" after run: for a configuration write --config.file=config.yaml',
      ],
      ['simulate config.yaml', 'unexpected argument "config.yaml" after simulate'],
    ];
    for (const [argv, message] of cases) {
      assert.equal(refusal(...argv.split(' ')), message);
    }
  });

  it('repeats no value of a flag that it does not know', () => {
    for (const argv of [
      ['--password=s3cret'],
      ['--password', 's3cret'],
      ['-ps3cret'],
      ['check-config', '--sk', 's3cret'],
    ]) {
      assert.doesNotMatch(refusal(...argv), /s3cret/u);
    }
  });

  it('takes the file of check-config, once', () => {
    const fileOf = (...argv: string[]) => parseCommandLine(['check-config', ...argv]).flags['config.file'];
    assert.equal(fileOf('a.yaml', '--online'), 'a.yaml');
    assert.equal(fileOf('-'), '-');
    assert.equal(fileOf('a.yaml', '--config.file=./a.yaml'), 'a.yaml');
    assert.equal(
      refusal('check-config', 'a.yaml', '--config.file=b.yaml'),
      'check-config: got "a.yaml" and --config.file=b.yaml, expected one of them',
    );
    assert.match(refusal('check-config', 'a.yaml', 'b.yaml'), /^unexpected argument "b\.yaml" .* one file$/u);
  });

  it('gives help for a command, whatever else is wrong with the line', () => {
    const asked = [
      ['help', 'collect'],
      ['collect', '-h'],
      ['collect', '--help', '--online'],
      ['-h', 'collect'],
    ];
    for (const argv of asked) {
      const { command, flags } = parseCommandLine(argv);
      assert.deepEqual([command, flags.help], ['collect', true], argv.join(' '));
    }
    for (const argv of [['help'], ['--help'], ['-h'], ['help', '-h']]) {
      assert.deepEqual(parseCommandLine(argv).command, 'help');
    }
    assert.equal(refusal('help', 'run', 'collect'), 'unexpected argument "collect": help takes one command');
  });

  it('has no flag that takes a secret', () => {
    assert.doesNotMatch(helpText('help'), /--\S*\b(password|secret|token|key|ak|sk)\b/u);
  });
});

/** Of each key that a flag comes before: what is not of its kind. */
const WRONG = {
  'web.listen_address': ['10104', 'a:b', ':65536', '[::1]', '::1:80', 'a b:1', ':', '[localhost]:1'],
  'web.telemetry_path': [
    ...Object.values(OWN_PATHS),
    ...PAGES.map(({ path }) => path),
    ...INCIDENT_FOLDERS,
    '/incidents/x',
    'metrics',
    '/metrics?a',
    '/a b',
    '/é',
  ],
  'log.level': ['trace', 'INFO', 'warning'],
  'log.format': ['text', 'JSON'],
} satisfies Record<keyof typeof FLAG_KEYS, readonly string[]>;

describe('flags that come before a key of the configuration', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());
  const keyed = Object.entries(FLAGS).flatMap(([name, flag]) =>
    'key' in flag ? [[name, flag.key] as const] : [],
  );

  it('are there for each key of the table', () => {
    assert.deepEqual(keyed.map(([, key]) => key).sort(), Object.keys(FLAG_KEYS).sort());
  });

  for (const [name, key] of keyed) {
    it(`--${name} refuses what ${key} refuses, in the same words`, () => {
      const [section, entry] = key.split('.');
      for (const wrong of WRONG[key]) {
        const expected = `got ${JSON.stringify(wrong)}, expected ${FLAG_KEYS[key].kind.expected}`;
        const said = refusal(`--${name}=${wrong}`);
        assert.ok(said.startsWith(`--${name}: ${expected}`), said);
        assert.deepEqual(
          folder.errorsOf(projectAnd(`${section}: { ${entry}: ${JSON.stringify(wrong)} }\n`)),
          [said.replace(`--${name}`, `config.yaml:10: ${key}`)],
        );
      }
      assert.match(refusal(`--${name}=`), /: got "", expected /u);
    });
  }

  it('are read as their keys are', () => {
    const { flags } = parseCommandLine(['--web.listen-address=[::1]:0', '--web.telemetry-path=/m']);
    assert.deepEqual(
      { ...flags },
      { 'web.listen-address': { host: '::1', port: 0 }, 'web.telemetry-path': '/m' },
    );
  });
});

describe('flags that hold a number', () => {
  it('keep to their range', () => {
    assert.equal(parseCommandLine(['demo', '--simulate.nodes=7']).flags['simulate.nodes'], 7);
    assert.equal(
      parseCommandLine(['demo', '--simulate.task-seconds=0.5']).flags['simulate.task-seconds'],
      0.5,
    );
    for (const text of ['0', '10001', '-1', '1e2', 'many', '']) {
      assert.equal(
        refusal('demo', `--simulate.nodes=${text}`),
        `--simulate.nodes: got "${text}", expected a number from 1 to 10000`,
      );
    }
    for (const text of ['0', '-2', '2.5', 'two', '', '1001']) {
      assert.equal(
        refusal(`--total-shards=${text}`),
        `--total-shards: got "${text}", expected a whole number from 1 to 1000`,
      );
    }
  });
});

describe('flags that name simulated nodes', () => {
  it('take names, ids and times', () => {
    const { flags } = parseCommandLine(['demo', '--down-node=a,b/c', '--spike=a, b:30s', '--projects=2']);
    assert.deepEqual(flags['down-node'], ['a', 'b/c']);
    assert.deepEqual(flags.spike, [
      { node: 'a', afterMs: 120_000 },
      { node: 'b', afterMs: 30_000 },
    ]);
    const repeated = parseCommandLine([
      'demo',
      '--spike=a:1s',
      '--down-node=a',
      '--spike',
      'b:2s',
      '--down-node=b,c',
    ]);
    assert.deepEqual(repeated.flags['down-node'], ['a', 'b', 'c']);
    assert.deepEqual(repeated.flags.spike, [
      { node: 'a', afterMs: 1_000 },
      { node: 'b', afterMs: 2_000 },
    ]);
    assert.match(refusal('demo', '--spike=a:30,b:5s,c:1 min'), /: write "a:30s,b:5s,c:1m"$/u);
    assert.match(refusal('demo', '--spike=a:soon'), /as in orders-primary:30s$/u);
    for (const wrong of ['', 'a,', 'a:5', ':5s', 'a:5s:5s']) {
      assert.match(
        refusal('simulate', `--spike=${wrong}`),
        /^--spike: got ".*", expected names or ids of nodes/u,
      );
    }
  });
});

describe('helpText', () => {
  it('names every command and every flag', () => {
    for (const command of COMMAND_NAMES) {
      assert.ok(helpText('help').includes(`\n  ${command} `), command);
    }
    for (const flag of Object.keys(FLAGS)) {
      assert.match(helpText('help'), new RegExp(`^ {2}(-h, )?--${flag}(=|\\s)`, 'mu'));
    }
  });

  for (const command of COMMAND_NAMES) {
    it(`shows of ${command} its own flags alone, and no wide line`, () => {
      const text = helpText(command);
      assert.ok(text.split('\n').every((line) => line.length <= 100));
      if (command !== 'help') {
        const shown = [...text.matchAll(/^ {2}(?:-h, )?--([a-z.-]+)/gmu)].map(([, name]) => name);
        const own = Object.entries<Flag>(FLAGS).filter(([, { commands }]) => commands.includes(command));
        assert.deepEqual(
          shown,
          own.map(([name]) => name),
        );
        assert.match(text, new RegExp(`^usage: taurusdb-session-exporter \\[?${command}`, 'u'));
        assert.match(text, /^examples:\n {2}\S/mu);
      }
    });
  }
});

const HOST = 'taurusdb-session-exporter-2';

function shardRefusal(flags: FlagValues, hostName = HOST): string {
  try {
    shardOf(flags, hostName);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  return assert.fail('accepted');
}

describe('shardOf', () => {
  it('is the whole fleet without flags', () => {
    assert.deepEqual(shardOf({}, HOST), { index: 0, total: 1 });
  });

  it('takes the shard as told', () => {
    assert.deepEqual(shardOf({ shard: '3', 'total-shards': 5 }, HOST), { index: 3, total: 5 });
  });

  it('takes the number that ends the host name, of a whole domain name too', () => {
    const flags = { shard: 'auto', 'total-shards': 12 };
    assert.deepEqual(shardOf(flags, HOST), { index: 2, total: 12 });
    assert.deepEqual(shardOf(flags, 'exporter-11'), { index: 11, total: 12 });
    assert.deepEqual(shardOf(flags, 'exporter-0.exporter.monitoring.svc.cluster.local'), {
      index: 0,
      total: 12,
    });
  });

  it('refuses what is no shard', () => {
    assert.equal(
      shardRefusal({ shard: '5', 'total-shards': 5 }),
      '--shard: got "5", expected auto or a whole number from 0 to 4 (--total-shards is 5)',
    );
    for (const shard of ['-1', '1.5', 'one', '', '1e0', ' 1']) {
      assert.match(
        shardRefusal({ shard, 'total-shards': 5 }),
        /^--shard: got ".*", expected auto or a whole/u,
      );
    }
  });

  it('refuses a host name without an ordinal, or with one beyond the shards', () => {
    const flags = { shard: 'auto', 'total-shards': 2 };
    assert.equal(
      shardRefusal(flags),
      '--shard=auto: got the host name "taurusdb-session-exporter-2", expected one that ends in a number from 0 to 1 (--total-shards is 2)',
    );
    assert.match(shardRefusal(flags, 'laptop'), /got the host name "laptop"/u);
    assert.match(shardRefusal(flags, ''), /got the host name ""/u);
    assert.match(shardRefusal(flags, 'laptop.example1'), /got the host name "laptop.example1"/u);
  });
});
