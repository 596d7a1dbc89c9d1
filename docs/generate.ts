// Writes what the documentation takes from the code: the README's metrics, docs/configuration.md, docs/commands.md, the
// fields of docs/log.md and config.schema.json. A test keeps them true. Run by `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { helpText } from '../src/cli/help.js';
import { COMMAND_NAMES } from '../src/cli/usage/commands.js';
import { LINE_KEYS, LOG_FIELDS } from '../src/log.js';
import { METRIC_FAMILIES } from '../src/metrics/metric-families.js';
import { configReference } from './config-reference.js';
import { editorSchema } from './config-schema.js';

const ROOT = path.resolve(import.meta.dirname, '..');
export const README = path.join(ROOT, 'README.md');
export const CONFIGURATION = path.join(ROOT, 'docs/configuration.md');
export const COMMANDS_PAGE = path.join(ROOT, 'docs/commands.md');
export const LOG = path.join(ROOT, 'docs/log.md');
export const EDITOR_SCHEMA = path.join(ROOT, 'config.schema.json');

export function metricsTable(): string {
  const rows = METRIC_FAMILIES.map(({ name, type, labels, help }) => {
    const shownLabels = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${shownLabels} | ${help} |`;
  });
  return ['| metric | type | own labels | |', '|---|---|---|---|', ...rows].join('\n');
}

/** The README with the table of today. */
export function readmeWithMetrics(readme: string): string {
  return withTable(readme, 'metrics', metricsTable());
}

/** docs/log.md with the tables of today. */
export function logPageWithFields(page: string): string {
  const keys = Object.entries(LINE_KEYS).map(([name, help]) => `| \`${name}\` | ${help} |`);
  const fields = Object.entries(LOG_FIELDS).map(
    ([name, { type, help }]) => `| \`${name}\` | ${type} | ${help} |`,
  );
  return withTable(
    withTable(page, 'keys', ['| key | |', '|---|---|', ...keys].join('\n')),
    'fields',
    ['| field | type | |', '|---|---|---|', ...fields].join('\n'),
  );
}

/** The page with the table between the two comments that bear its name. */
function withTable(page: string, name: string, table: string): string {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`page: got no ${begin} … ${end}, expected both`);
  }
  return `${before}${begin}\n${table}\n${end}${after}`;
}

export function configurationPage(): string {
  return `# Configuration

Every key of the configuration file. Where to find the ids, with links to Huawei Cloud's pages, is in the README under
[What it needs](../README.md#what-it-needs); which credentials there are, under [Credentials](../README.md#credentials); and what
they must be allowed, under [Permissions](../README.md#permissions). [config.example.yaml](../config.example.yaml) shows the keys in
place.

- Unknown keys are errors.
- Durations are written as Prometheus writes them (\`500ms\`, \`30s\`, \`5m\`, \`1h30m\`), sizes as \`64KiB\`, \`256MiB\`, \`1GiB\` or in bytes.
- \`\${NAME}\` and \`\${NAME:-default}\` are replaced from the environment (\`$\${\` stands for \`\${\` itself); an unset variable or an empty
  secret is an error.
- Every secret \`x\` has a twin \`x_file\`, a file that is read again when it changes.
- Relative paths start from the folder of the configuration file; if that comes from standard input, from the working directory.
- Globs know \`*\` and \`?\`, must match the whole name, and are case-sensitive.

This page is made from the schema by \`npm run docs\`.

${configReference()}`;
}

export function commandsPage(): string {
  const sections = COMMAND_NAMES.filter((name) => name !== 'help').map(
    (name) => `## ${name}\n\n\`\`\`\n${helpText(name)}\`\`\`\n`,
  );
  return `# Commands

What \`taurusdb-session-exporter help COMMAND\` prints of each. This page is made by \`npm run docs\`.

${sections.join('\n')}`;
}

export function editorSchemaText(): string {
  return `${JSON.stringify(editorSchema(), undefined, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(README, readmeWithMetrics(readFileSync(README, 'utf8')));
  writeFileSync(LOG, logPageWithFields(readFileSync(LOG, 'utf8')));
  writeFileSync(CONFIGURATION, configurationPage());
  writeFileSync(COMMANDS_PAGE, commandsPage());
  writeFileSync(EDITOR_SCHEMA, editorSchemaText());
}
