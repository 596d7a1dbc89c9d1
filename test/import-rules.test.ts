// Who may import whom: the flow of the data that README.md describes, held against the code.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const SRC = path.join(ROOT, 'src');

/**
 * From the bottom up: a folder of src/, or a file where it is another matter than the rest of its folder → what it may
 * import besides itself, which stands above it here. Imports of types count.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'clock.ts': [],
  'json.ts': [],
  'folded-text.ts': [],
  'redact.ts': ['folded-text.ts'],
  'small-file.ts': ['clock.ts'],
  'followed-files.ts': ['small-file.ts', 'clock.ts'],
  'glob.ts': [],
  'file-chunks.ts': [],
  'visible-text.ts': [],
  'recently-used.ts': [],
  'token-bucket.ts': ['clock.ts'],
  model: ['clock.ts'],
  'log.ts': ['model'],
  'repeated-lines.ts': ['clock.ts', 'log.ts', 'recently-used.ts'],

  // The core: pure.
  statements: [],
  'sessions/csv-error.ts': [],
  'sessions/foreign-start.ts': [],
  'sessions/kernel': ['statements', 'sessions/csv-error.ts'],
  'sessions/scanner': ['sessions/kernel', 'sessions/csv-error.ts'],
  sessions: ['statements', 'sessions/kernel', 'sessions/scanner', 'sessions/csv-error.ts'],
  'sessions/hosts': ['sessions', 'glob.ts'],
  'sessions/counting': ['statements', 'sessions', 'sessions/hosts', 'sessions/kernel'],
  'sessions/read-snapshot.ts': [
    'sessions',
    'sessions/counting',
    'sessions/kernel',
    'sessions/scanner',
    'sessions/csv-error.ts',
    'sessions/foreign-start.ts',
  ],

  discover: ['model', 'clock.ts', 'log.ts', 'repeated-lines.ts'],
  schedule: ['model', 'clock.ts', 'recently-used.ts'],
  collect: [
    'model',
    'sessions',
    'sessions/csv-error.ts',
    'sessions/read-snapshot.ts',
    'clock.ts',
    'log.ts',
    'repeated-lines.ts',
  ],

  incidents: ['model', 'statements', 'sessions', 'json.ts', 'clock.ts'],
  'incidents/usual': ['incidents', 'model', 'json.ts', 'clock.ts'],
  'incidents/triggers': ['incidents', 'incidents/usual', 'model', 'json.ts', 'clock.ts'],
  'incidents/attribution': ['incidents', 'model', 'statements', 'sessions', 'clock.ts', 'visible-text.ts'],
  'incidents/blockers': ['incidents', 'statements', 'sessions', 'visible-text.ts'],
  'incidents/store': ['model', 'incidents', 'clock.ts', 'log.ts', 'repeated-lines.ts'],
  'incidents/watch': [
    'model',
    'statements',
    'sessions',
    'incidents',
    'incidents/triggers',
    'incidents/attribution',
    'incidents/blockers',
    'incidents/store',
    'clock.ts',
    'log.ts',
    'repeated-lines.ts',
  ],
  'incidents/backtest.ts': ['incidents', 'incidents/triggers', 'clock.ts'],

  'taurusdb/errors.ts': ['model'],
  'taurusdb/regions.ts': [],
  'taurusdb/http': ['model', 'taurusdb/errors.ts', 'small-file.ts', 'clock.ts', 'log.ts', 'redact.ts'],
  'taurusdb/refusal': ['model', 'taurusdb/errors.ts', 'sessions/foreign-start.ts', 'json.ts', 'redact.ts'],
  'taurusdb/call': [
    'model',
    'taurusdb/http',
    'taurusdb/refusal',
    'taurusdb/errors.ts',
    'json.ts',
    'clock.ts',
    'log.ts',
    'redact.ts',
    'token-bucket.ts',
    'recently-used.ts',
  ],
  'taurusdb/operations': [
    'model',
    'collect',
    'taurusdb/call',
    'taurusdb/refusal',
    'taurusdb/http',
    'taurusdb/errors.ts',
    'json.ts',
    'clock.ts',
    'redact.ts',
    'visible-text.ts',
  ],
  'taurusdb/credentials': [
    'model',
    'taurusdb/operations',
    'taurusdb/call',
    'taurusdb/refusal',
    'taurusdb/http',
    'taurusdb/errors.ts',
    'json.ts',
    'clock.ts',
    'log.ts',
    'repeated-lines.ts',
  ],
  taurusdb: [
    'model',
    'discover',
    'collect',
    'taurusdb/operations',
    'taurusdb/call',
    'taurusdb/http',
    'glob.ts',
    'visible-text.ts',
  ],

  metrics: ['model', 'collect', 'sessions', 'clock.ts'],
  'web/paths.ts': [],
  'web/view': ['model', 'collect', 'statements', 'sessions', 'incidents', 'clock.ts', 'visible-text.ts'],
  'web/page': [
    'model',
    'collect',
    'statements',
    'sessions',
    'incidents',
    'web/view',
    'web/paths.ts',
    'clock.ts',
    'visible-text.ts',
  ],
  'web/connection-key.ts': [],
  'web/access': [
    'web/connection-key.ts',
    'followed-files.ts',
    'small-file.ts',
    'token-bucket.ts',
    'clock.ts',
    'log.ts',
    'repeated-lines.ts',
  ],
  'web/pages.ts': ['web/page', 'web/paths.ts'],
  web: [
    'model',
    'collect',
    'statements',
    'incidents',
    'metrics',
    'web/view',
    'web/page',
    'web/paths.ts',
    'web/pages.ts',
    'web/connection-key.ts',
    'clock.ts',
    'log.ts',
    'repeated-lines.ts',
    'visible-text.ts',
  ],

  'config/meant': [],
  'config/yaml': ['config/meant', 'json.ts', 'small-file.ts', 'visible-text.ts', 'clock.ts'],
  'config/secrets': ['config/yaml', 'small-file.ts', 'followed-files.ts'],
  'config/checks': ['clock.ts', 'statements', 'sessions/hosts', 'schedule', 'config/meant', 'config/yaml'],
  config: [
    'model',
    'incidents',
    'statements',
    'sessions',
    'sessions/hosts',
    'schedule',
    'taurusdb/regions.ts',
    'metrics',
    'web',
    'web/pages.ts',
    'config/meant',
    'config/yaml',
    'config/secrets',
    'config/checks',
    'json.ts',
    'small-file.ts',
    'visible-text.ts',
    'clock.ts',
  ],
  'config/web': ['config', 'config/yaml', 'json.ts'],

  'simulator/seeded-random.ts': [],
  'simulator/sessions': ['simulator/seeded-random.ts'],
  'simulator/cloud': ['simulator/sessions', 'simulator/seeded-random.ts', 'clock.ts'],
  simulator: ['simulator/cloud', 'simulator/seeded-random.ts', 'clock.ts'],

  agent: [
    'model',
    'statements',
    'sessions',
    'sessions/hosts',
    'sessions/read-snapshot.ts',
    'discover',
    'schedule',
    'collect',
    'incidents',
    'incidents/store',
    'incidents/watch',
    'taurusdb',
    'taurusdb/operations',
    'taurusdb/call',
    'taurusdb/credentials',
    'metrics',
    'web',
    'web/view',
    'web/access',
    'config',
    'config/secrets',
    'clock.ts',
    'log.ts',
    'redact.ts',
    'followed-files.ts',
    'repeated-lines.ts',
    'visible-text.ts',
  ],
  'cli/usage': ['config', 'config/meant', 'config/yaml'],
  cli: [
    'cli/usage',
    'model',
    'statements',
    'sessions',
    'sessions/csv-error.ts',
    'sessions/read-snapshot.ts',
    'discover',
    'schedule',
    'collect',
    'metrics',
    'web/view',
    'web/access',
    'config',
    'config/web',
    'config/yaml',
    'simulator',
    'simulator/cloud',
    'agent',
    'clock.ts',
    'log.ts',
    'repeated-lines.ts',
    'visible-text.ts',
    'file-chunks.ts',
  ],
  'cli/digest': ['cli', 'statements', 'sessions/kernel', 'file-chunks.ts', 'visible-text.ts'],
  'cli/explain': [
    'cli',
    'incidents',
    'incidents/store',
    'config',
    'config/yaml',
    'clock.ts',
    'log.ts',
    'file-chunks.ts',
    'visible-text.ts',
  ],
  'cli/backtest': [
    'agent',
    'cli',
    'incidents',
    'incidents/backtest.ts',
    'config',
    'config/yaml',
    'file-chunks.ts',
    'visible-text.ts',
  ],
  'main.ts': ['cli', 'cli/digest', 'cli/explain', 'cli/backtest', 'agent'],
};
const ROOMS = Object.keys(MAY_IMPORT);

/** Package → the folder that owns it. */
const OWNER: Readonly<Record<string, string>> = {
  'csv-parse': 'sessions',
  undici: 'taurusdb/http',
  'node-cron': 'schedule',
  yaml: 'config',
  valibot: 'config',
  leven: 'config',
  'prom-client': 'metrics',
  negotiator: 'metrics',
  bcryptjs: 'web/access',
  'string-width': 'cli',
};

/** More files than this in a folder are hard to take in. */
const MOST_FILES = 16;
/** The parts that only the wiring puts together, and the files that may make one by itself: their own tests. */
const WIRED = /\bnew (?:Scheduler|Collector|ProjectClients|Exposition)\(/u;
const OWN_TEST = /(?:scheduler|collector|project-clients(?:-\w+)?|exposition)\.test\.ts$/u;

interface Import {
  readonly file: string;
  readonly target: string;
}

function sourcesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(?:^|\/)(?:node_modules|build|assembly)\//u.test(name))
    .map((name) => name.split(path.sep).join('/'));
}

function importsOf(file: string): Import[] {
  const code = readFileSync(path.join(SRC, file), 'utf8');
  const statements = code.matchAll(
    /^(?:import|export)\b[^;'"]*?from\s*'([^']+)'|^import\s*'([^']+)'|\bimport\('([^']+)'\)/gmu,
  );
  return [...statements].map(([, named, bare, dynamic]) => ({
    file,
    target: named ?? bare ?? dynamic ?? '',
  }));
}

const files = sourcesIn('src');
const imports = files.flatMap(importsOf);

/** The file of src/ that is imported; undefined for a package. */
function targetFile({ file, target }: Import): string | undefined {
  return target.startsWith('.')
    ? path.posix.join(path.posix.dirname(file), target).replace(/\.js$/u, '.ts')
    : undefined;
}

/** The most particular room that the file lies in. */
function roomOf(file: string): string {
  const around = ROOMS.filter((room) => file === room || file.startsWith(`${room}/`));
  return around.sort((a, b) => b.length - a.length)[0] ?? file;
}

describe('import rules', () => {
  it('let a folder import only what its row names', () => {
    const broken = imports.flatMap((one) => {
      const target = targetFile(one);
      const from = roomOf(one.file);
      if (target === undefined || roomOf(target) === from) {
        return [];
      }
      return MAY_IMPORT[from]?.includes(roomOf(target)) === true ? [] : [`${one.file} → ${target}`];
    });
    assert.deepEqual(broken, []);
  });

  it('let no import run back up', () => {
    const upwards = ROOMS.flatMap((room, index) =>
      (MAY_IMPORT[room] ?? []).filter((other) => !ROOMS.slice(0, index).includes(other)),
    );
    assert.deepEqual(upwards, []);
  });

  it('have a row for everything there is, and nothing else', () => {
    assert.deepEqual(
      ROOMS.filter((room) => !existsSync(path.join(SRC, room))),
      [],
    );
    assert.deepEqual(
      files.filter((file) => !ROOMS.includes(roomOf(file))),
      [],
    );
    const used = new Set(imports.map((one) => `${roomOf(one.file)} → ${roomOf(targetFile(one) ?? '')}`));
    const unused = ROOMS.flatMap((room) =>
      (MAY_IMPORT[room] ?? []).map((other) => `${room} → ${other}`).filter((pair) => !used.has(pair)),
    );
    assert.deepEqual(unused, []);
  });

  it('give each package one owner', () => {
    const broken = imports.filter(({ file, target }) => {
      if (target.startsWith('.') || target.startsWith('node:')) {
        return false;
      }
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      return !file.startsWith(`${OWNER[name]}/`);
    });
    assert.deepEqual(broken, []);
  });

  it('keep the core from files, network and processes', () => {
    const allowed = ['node:crypto', 'node:stream', 'node:buffer', 'node:stream/promises', 'node:util'];
    // To let the event loop go on is not to wait.
    const givesWay = /^import \{ setImmediate as \w+ \} from 'node:timers\/promises';$/mu;
    const broken = imports.filter(
      ({ file, target }) =>
        file.startsWith('sessions/') &&
        target.startsWith('node:') &&
        !allowed.includes(target) &&
        !(target === 'node:timers/promises' && givesWay.test(readFileSync(path.join(SRC, file), 'utf8'))),
    );
    assert.deepEqual(broken, []);
  });

  it('know no cycle, of types neither', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        imports.filter((one) => one.file === file).flatMap((one) => targetFile(one) ?? []),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(file), `cycle: ${[...trail, file].join(' → ')}`);
      if (!done.has(file)) {
        for (const next of graph.get(file) ?? []) {
          visit(next, [...trail, file]);
        }
        done.add(file);
      }
    };
    for (const file of files) {
      visit(file, []);
    }
  });

  it('let only agent/wire.ts put the agent together, in src, tests and benchmarks', () => {
    const wiring = ['src', 'test', 'bench'].flatMap((folder) =>
      sourcesIn(folder)
        .map((file) => `${folder}/${file}`)
        .filter((file) => WIRED.test(readFileSync(path.join(ROOT, file), 'utf8')) && !OWN_TEST.test(file)),
    );
    assert.deepEqual(wiring, ['src/agent/wire.ts']);
  });

  it('keep folders small enough to be taken in', () => {
    const sizes = new Map<string, number>();
    for (const file of files) {
      const folder = path.posix.dirname(file);
      sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
    }
    assert.deepEqual(
      [...sizes].filter(([, size]) => size > MOST_FILES),
      [],
    );
  });

  it('sees the imports it judges', () => {
    assert.ok(imports.some(({ target }) => target === 'undici'));
    assert.ok(imports.some(({ target }) => target === 'csv-parse/sync'));
    assert.ok(imports.length > files.length);
  });
});
