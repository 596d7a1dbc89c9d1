// What the documentation says of the program, held against the program.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import {
  COMMANDS_PAGE,
  CONFIGURATION,
  commandsPage,
  configurationPage,
  EDITOR_SCHEMA,
  editorSchemaText,
  LOG,
  logPageWithFields,
  README,
  readmeWithMetrics,
} from '../docs/generate.js';
import { COMMAND_NAMES } from '../src/cli/usage/commands.js';
import { ConfigFolder } from './config/config-folder.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the documentation', () => {
  it('lists in the README every metric that is published (npm run docs)', () => {
    const readme = readFileSync(README, 'utf8');
    assert.equal(readme, readmeWithMetrics(readme));
  });

  it('lists every field that a line of the log may have (npm run docs)', () => {
    const page = readFileSync(LOG, 'utf8');
    assert.equal(page, logPageWithFields(page));
  });

  it('lists every configuration key (npm run docs)', () => {
    assert.equal(readFileSync(CONFIGURATION, 'utf8'), configurationPage());
  });

  it('has the help of every command (npm run docs), and each in the README', () => {
    assert.equal(readFileSync(COMMANDS_PAGE, 'utf8'), commandsPage());
    const [, section = ''] = readFileSync(README, 'utf8').split('\n## Commands\n');
    const [table = ''] = section.split('\n## ');
    const named = [...table.matchAll(/^\| `([a-z-]+)/gmu)].map(([, name]) => name);
    assert.deepEqual(named, COMMAND_NAMES);
  });

  it('has a JSON Schema of the configuration for editors (npm run docs)', () => {
    assert.equal(readFileSync(EDITOR_SCHEMA, 'utf8'), editorSchemaText());
  });

  it('links only to files and headings that are there', () => {
    for (const page of PAGES) {
      const links = textOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/gu);
      for (const [, link = '', heading] of links) {
        const target = link === '' ? page : path.join(path.dirname(page), link);
        assert.ok(existsSync(path.join(ROOT, target)), `${page} links to ${link}`);
        if (heading !== undefined) {
          assert.ok(anchorsOf(textOf(target)).includes(heading), `${page} links to ${link}#${heading}`);
        }
      }
    }
  });

  it('shows only JSON and YAML that can be read, and configurations that load', () => {
    const folder = new ConfigFolder();
    const kinds = { json: 0, yaml: 0, configuration: 0 };
    try {
      for (const page of PAGES) {
        for (const [, kind = '', block = ''] of textOf(page).matchAll(/^```(json|yaml)\n(.*?)^```$/gmsu)) {
          if (kind === 'json') {
            assert.doesNotThrow(() => JSON.parse(block), `${page}: ${block}`);
            kinds.json += 1;
          } else {
            assert.doesNotThrow(() => parse(block), `${page}: ${block}`);
            kinds.yaml += 1;
          }
          if (/^projects:/mu.test(block)) {
            const { warnings } = folder.load(block);
            assert.deepEqual(warnings, [], `${page}: ${block}`);
            kinds.configuration += 1;
          }
        }
      }
    } finally {
      folder.remove();
    }
    assert.ok(kinds.json >= 2 && kinds.yaml >= 5 && kinds.configuration >= 1, JSON.stringify(kinds));
  });

  it('names for each promise of docs/reliability.md a test through the built program or the wiring', () => {
    const page = readFileSync(path.join(ROOT, 'docs/reliability.md'), 'utf8');
    const table = /\n\| promise \| tested by \|\n\|---\|---\|\n((?:\|.*\n)+)/u.exec(page)?.[1] ?? '';
    const rows = table.trimEnd().split('\n');
    assert.ok(rows.length > 20);
    for (const row of rows) {
      const names = [...row.matchAll(/`(test\/[^`]+)`/gu)].flatMap(([, name = '']) => filesNamed(name));
      const isByItself = /`npm run soak`/u.test(row);
      assert.ok(isByItself || names.some(isThroughTheRealThing), row);
    }
  });
});

function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/** Of its headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A file, the files of a folder, or those that a name with a `*` fits. */
function filesNamed(name: string): string[] {
  const folder = name.endsWith('/') ? name : path.posix.dirname(name);
  const pattern = new RegExp(`^${path.posix.basename(name).replaceAll('.', '\\.').replace('*', '.*')}$`, 'u');
  const files = readdirSync(path.join(ROOT, folder))
    .filter((file) => file.endsWith('.ts') && (name.endsWith('/') || pattern.test(file)))
    .map((file) => path.posix.join(folder, file));
  assert.ok(files.length > 0, `${name} is there`);
  return files;
}

/** Whether a test starts the built program, or uses the wiring or the agent that it makes, itself or by what it imports. */
function isThroughTheRealThing(file: string): boolean {
  if (/^(?:src\/agent\/(?:wire|agent)|test\/support\/program)\.ts$/u.test(file)) {
    return true;
  }
  return (
    file.startsWith('test/') &&
    [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/from '(\.[^']+)\.js'/gu)].some(
      ([, target = '']) => isThroughTheRealThing(`${path.posix.join(path.posix.dirname(file), target)}.ts`),
    )
  );
}
