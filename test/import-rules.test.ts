// Who may import whom: the flow of the data that README.md describes, held against the code.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SRC = path.resolve(import.meta.dirname, '../src');

/** Folder → the folders of src/ that it may import, besides itself, and what lies in src/ itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  sessions: [],
  discover: ['model'],
  collect: ['model', 'sessions'],
  schedule: ['model'],
  taurusdb: ['model', 'discover', 'collect'],
  metrics: ['model', 'collect', 'sessions'],
  web: ['model', 'collect', 'sessions', 'metrics'],
  simulator: [],
  config: ['model', 'sessions', 'schedule', 'taurusdb', 'metrics', 'web'],
  agent: ['model', 'sessions', 'discover', 'collect', 'schedule', 'taurusdb', 'metrics', 'web', 'config'],
  cli: [
    'model',
    'sessions',
    'discover',
    'collect',
    'schedule',
    'metrics',
    'web',
    'simulator',
    'config',
    'agent',
  ],
};

/** Package → the folder that owns it. */
const OWNER: Readonly<Record<string, string>> = {
  'csv-parse': 'sessions',
  undici: 'taurusdb',
  'node-cron': 'schedule',
  yaml: 'config',
  valibot: 'config',
  leven: 'config',
  'prom-client': 'metrics',
  negotiator: 'metrics',
  bcryptjs: 'web',
  '@logtape/logtape': 'agent',
};

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const folder = file.includes(path.sep) ? (file.split(path.sep)[0] ?? '') : '';
  const code = readFileSync(path.join(SRC, file), 'utf8');
  const statements = code.matchAll(
    /^(?:import|export)\b([^;'"]*?)from\s*'([^']+)'|^import\s*'([^']+)'|\bimport\('([^']+)'\)/gmu,
  );
  return [...statements].map(([, clause = '', named, bare, dynamic]) => ({
    file,
    folder,
    target: named ?? bare ?? dynamic ?? '',
    typeOnly: clause.trimStart().startsWith('type '),
  }));
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports = files.flatMap(importsOf);

function targetFile({ file, target }: Import): string | undefined {
  return target.startsWith('.')
    ? path.normalize(path.join(path.dirname(file), target)).replace(/\.js$/u, '.ts')
    : undefined;
}

describe('import rules', () => {
  it('let a folder import only the folders upstream of it', () => {
    const broken = imports.filter((one) => {
      const target = targetFile(one);
      if (target === undefined || one.folder === '') {
        return false;
      }
      const targetFolder = target.includes(path.sep) ? (target.split(path.sep)[0] ?? '') : '';
      if (targetFolder === '') {
        return (
          ![
            'clock.ts',
            'exposed-file.ts',
            'log.ts',
            'read-bounded-file.ts',
            'time-slice.ts',
            'watched-files.ts',
          ].includes(target) || one.folder === 'sessions'
        );
      }
      return targetFolder !== one.folder && !MAY_IMPORT[one.folder]?.includes(targetFolder);
    });
    assert.deepEqual(broken, []);
  });

  it('let nobody import main.ts, and only main.ts import cli/', () => {
    const broken = imports.filter((one) => {
      const target = targetFile(one);
      return (
        target === 'main.ts' ||
        (target?.startsWith(`cli${path.sep}`) === true && one.folder !== 'cli' && one.file !== 'main.ts')
      );
    });
    assert.deepEqual(broken, []);
  });

  it('give each package one owner', () => {
    const broken = imports.filter(({ folder, target }) => {
      if (target.startsWith('.') || target.startsWith('node:')) {
        return false;
      }
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      return OWNER[name] !== folder;
    });
    assert.deepEqual(broken, []);
  });

  it('keep the core from files, network and processes', () => {
    const allowed = ['node:crypto', 'node:stream', 'node:buffer', 'node:stream/promises', 'node:util'];
    const broken = imports.filter(
      ({ folder, target }) =>
        folder === 'sessions' && target.startsWith('node:') && !allowed.includes(target),
    );
    assert.deepEqual(broken, []);
  });

  it('know no cycle', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        imports.filter((one) => one.file === file && !one.typeOnly).flatMap((one) => targetFile(one) ?? []),
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

  it('sees the imports it judges', () => {
    assert.ok(imports.some(({ target }) => target === 'undici'));
    assert.ok(imports.some(({ target }) => target === 'csv-parse/sync'));
    assert.ok(imports.length > files.length);
  });
});
