import assert from 'node:assert/strict';
import { parseCommandLine, shardOf, UsageError } from '../../src/cli/command-line.js';
import { COMMANDS } from '../../src/cli/flag.js';
import { FLAGS, type FlagValues, helpText } from '../../src/cli/flags.js';
import { FLAG_KEYS } from '../../src/config/flag-keys.js';
import { PAGES } from '../../src/web/pages.js';
import { OWN_PATHS } from '../../src/web/paths.js';
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
    assert.match(refusal('check-config', '--show-header'), /^--show-header needs --online/u);
    assert.match(refusal('collect', '--online', '--show-header'), /is not a flag of collect$/u);
    assert.match(refusal('--web.enable-lifecycle=yes'), /does not take an argument/u);
  });

  it('has no flag that takes a secret', () => {
    assert.doesNotMatch(helpText(), /--\S*\b(password|secret|token|key|ak|sk)\b/u);
  });
});

/** Of each key that a flag comes before: what is not of its kind. */
const WRONG = {
  'web.listen_address': ['10104', 'a:b', ':65536', '[::1]', '::1:80', 'a b:1', ':', '[localhost]:1'],
  'web.telemetry_path': [
    ...Object.values(OWN_PATHS),
    ...PAGES.map(({ path }) => path),
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
        assert.equal(refusal(`--${name}=${wrong}`), `--${name}: ${expected}`);
        assert.deepEqual(
          folder.errorsOf(projectAnd(`${section}: { ${entry}: ${JSON.stringify(wrong)} }\n`)),
          [`config.yaml:10: ${key}: ${expected}`],
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

describe('helpText', () => {
  it('names every command', () => {
    for (const command of Object.keys(COMMANDS)) {
      assert.ok(helpText().includes(`  ${command} `));
    }
  });
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
