// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { referenceMeant, variableMeant } from '../../../src/config/meant/variables.js';

describe('variableMeant', () => {
  for (const text of [
    '$NAME',
    '$(NAME)',
    '$env:NAME',
    '%NAME%',
    '{{NAME}}',
    '{{ .NAME }}',
    '${{ secrets.NAME }}',
    '${NAME',
    '${env:NAME}',
    '#{NAME}',
    'env("NAME")',
  ]) {
    it(`knows ${text}`, () => assert.equal(variableMeant(text), 'NAME'));
  }
  for (const text of [
    '${NAME}',
    '${NAME:-x}',
    '$',
    '$1',
    'NAME',
    'a$NAME',
    '$NAME b',
    '100%',
    '$2y$10$abc',
    '$$',
  ]) {
    it(`takes ${text} as it stands`, () => assert.equal(variableMeant(text), undefined));
  }
});

describe('referenceMeant', () => {
  it('shows the name of a variable that is set alone: anything else may be a secret', () => {
    assert.equal(referenceMeant('$NAME', { NAME: '1' }), '${NAME}');
    assert.equal(referenceMeant('$s3cret', { NAME: '1' }), '${NAME}');
    assert.equal(referenceMeant('$toString', {}), '${NAME}');
  });
});
