// `explain` through the built program: records from files and standard input, and what it says where there is none.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { incidentText } from '../../src/cli/explain/incident-text.js';
import { sampleRecord } from '../incidents/sample-record.js';
import { runProgram } from '../support/program.js';

describe('explain', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-explain-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'record.json');
  const record = sampleRecord({}, { node_name: '\u001b[31mred\nline' });
  writeFileSync(file, JSON.stringify(record));

  function saved(content: string): string {
    const other = path.join(folder, 'other.json');
    writeFileSync(other, content);
    return other;
  }

  /** Its one line on standard error. */
  async function refusal(args: readonly string[], input?: string): Promise<[number | null, string]> {
    const { code, stdout, stderr } = await runProgram(['explain', ...args], {}, input);
    assert.equal(stdout, '');
    const [line = '', ...rest] = stderr.trimEnd().split('\n');
    assert.deepEqual(rest, code === 2 ? ['see --help'] : []);
    return [code, line];
  }

  it('prints the record of a file and of standard input, without a configuration', async () => {
    const expected = { code: 0, stdout: incidentText(record), stderr: '' };
    assert.deepEqual(await runProgram(['explain', file]), expected);
    assert.deepEqual(await runProgram(['explain', '-'], {}, JSON.stringify(record, undefined, 2)), expected);
    assert.match(expected.stdout, /\\u001b\[31mred\\u000aline/u);
  });

  it('prints its JSON, whose controls are written out', async () => {
    const { code, stdout } = await runProgram(['explain', '--output=json', file]);
    assert.deepEqual([code, JSON.parse(stdout)], [0, record]);
    assert.ok(!stdout.includes('\u001b'));
  });

  it('says in one line what is no record', async () => {
    for (const content of ['', '{}', JSON.stringify({ ...record, schema: 2 }), 'x'.repeat(2_000_000)]) {
      const [code, line] = await refusal([saved(content)]);
      assert.equal(code, 1);
      assert.match(line, /other\.json: (?:got no record of an incident|larger than)/u);
      assert.ok(!line.includes('svc@billing'));
    }
    assert.match((await refusal(['-'], '404 page'))[1], /^standard input: got no record/u);
    assert.match((await refusal([path.join(folder, 'gone.json')]))[1], /gone\.json: no such file: name/u);
    assert.match((await refusal([`${folder}/`]))[1], /: a folder: name the file/u);
  });

  it('says where to look when there is no directory, and what an id is', async () => {
    const config = path.join(folder, 'config.yaml');
    writeFileSync(
      config,
      `projects: [{ name: a, region: ap-southeast-3, project_id: 054e292c9880d4992f02c0196d3ea468, auth: { token: { value: abcdefgh } }, nodes: [{ instance_id: 6754902da1f447269c6979b0590102a5in07, node_id: 941d21130b3c4899ad1a752a0945befdno07 }] }]`,
    );
    for (const args of [[], [record.id]]) {
      const [code, line] = await refusal([...args, `--config.file=${config}`]);
      assert.equal(code, 1);
      assert.match(line, /config\.yaml: no incidents\.directory: .*\/incidents of its page.*explain -$/u);
    }
    const [code, line] = await refusal(['sessions\u001b[2J']);
    assert.equal(code, 1);
    assert.match(line, /^got "sessions\\u001b\[2J", expected the id of an incident/u);
  });

  it('takes one argument, and no other formats', async () => {
    assert.equal((await refusal(['a', 'b']))[0], 2);
    assert.deepEqual(await refusal(['--output=prometheus', file]), [
      2,
      '--output: got "prometheus", expected one of table, json',
    ]);
  });
});
