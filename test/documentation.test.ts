// What the documentation says of the program, held against the program.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  CONFIGURATION,
  configurationPage,
  EDITOR_SCHEMA,
  editorSchemaText,
  README,
  readmeWithMetrics,
} from '../docs/generate.js';

const ROOT = path.resolve(import.meta.dirname, '..');

describe('the documentation', () => {
  it('lists in the README every metric that is published (npm run docs)', () => {
    const readme = readFileSync(README, 'utf8');
    assert.equal(readme, readmeWithMetrics(readme));
  });

  it('lists every configuration key (npm run docs)', () => {
    assert.equal(readFileSync(CONFIGURATION, 'utf8'), configurationPage());
  });

  it('has a JSON Schema of the configuration for editors (npm run docs)', () => {
    assert.equal(readFileSync(EDITOR_SCHEMA, 'utf8'), editorSchemaText());
  });

  it('links only to files that are there', () => {
    const pages = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
      (name) => name.endsWith('.md'),
    );
    for (const page of pages) {
      const links = readFileSync(path.join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/gu);
      for (const [, link = ''] of links) {
        assert.ok(existsSync(path.join(ROOT, path.dirname(page), link)), `${page} links to ${link}`);
      }
    }
  });
});
