// Files whose first line may be a row: what stands in it is on the terminal of who asks for it, and nowhere else.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

/** In each of the files, in each of the ways in which a literal is written. */
const LITERAL = 'hunter2';

const FILES: Readonly<Record<string, string>> = {
  'a row with a literal': `7,app,10.0.0.1:1,shop,Query,1,,"SELECT '${LITERAL}'"\n8,app,h,shop,Query,1,,\n`,
  'a row with a literal that is a word': `7,app,10.0.0.1,shop,Query,1,,CALL login(${LITERAL})\n`,
  'a row with one known name': `7,client,10.0.0.1,shop,Query,1,,CALL login(${LITERAL})\n`,
  'a row whose user and database have one known name': `7,client,h,client,Query,1,,EXECUTE ${LITERAL}\n`,
  'a row of known names': `7,client,10.0.0.1,status,Query,1,,"SELECT '${LITERAL}' FROM t"\n`,
  'a row of all the known names that a file needs': `7,user,host,state,Query,1,,"SELECT '${LITERAL}'"\n1,2,3,4,5,6,7,8\n`,
  'a row parted by semicolons': `7;app;10.0.0.1;shop;Query;1;;CALL login(${LITERAL})\n`,
  'a row parted by tabs': `7\tapp\t10.0.0.1\tshop\tQuery\t1\t\tCALL login(${LITERAL})\n`,
  'a statement alone': `CALL login(${LITERAL})\n`,
  'a statement with a line break': `"CALL login\n(${LITERAL})",x\n`,
  'a row of 300 fields': `CALL login(${LITERAL})${',x'.repeat(300)}\n`,
  'a row of 100 kB': `7,CALL login(${LITERAL}),${'x'.repeat(100_000)}\n`,
  'a row in UTF-16': Buffer.from(`7,app,h,CALL login(${LITERAL})\n`, 'utf16le').toString('latin1'),
  'a terminal escape': `\u001b]0;${LITERAL}\u0007,app\n`,
};

describe('the first line of a session file', () => {
  const names = Object.keys(FILES);
  const fleet = sampleFleet({ instances: 1, nodesPerInstance: names.length });
  const ids = fleet[0]?.instances[0]?.nodes.map(({ id }) => id) ?? [];
  let simulator: Simulator;
  let config: string;

  before(async () => {
    simulator = await startSimulator({
      projects: fleet.map((project) => ({
        ...project,
        instances: project.instances.map((instance) => ({
          ...instance,
          nodes: instance.nodes.map((node, index) => ({ ...node, csvText: FILES[names[index] ?? ''] ?? '' })),
        })),
      })),
      taskSeconds: { min: 0, max: 0 },
    });
    config = writeConfig(simulatedConfig(simulator, { api: { max_requests_per_second: 1_000 } }));
  });
  after(() => simulator.close());

  function assertHidden(...texts: readonly string[]): void {
    for (const text of texts) {
      // NULs are between the letters of UTF-16.
      const shown = text.split('\n').filter((line) => line.replace(/\0|\\u0000/gu, '').includes(LITERAL));
      assert.deepEqual(shown, []);
    }
  }

  it('is not in the log, on the pages or in the metrics of the agent', async () => {
    const agent = startProgram([
      `--config.file=${config}`,
      '--web.listen-address=127.0.0.1:0',
      '--log.level=debug',
    ]);
    try {
      await assertNothingShown(agent);
    } finally {
      agent.child.kill();
    }
    assert.equal(await agent.ended, 0);
    assertHidden(agent.stdout(), agent.stderr());
  });

  async function assertNothingShown(agent: Program): Promise<void> {
    const address = await addressOf(agent);
    const get = async (target: string) => (await fetch(`${address}${target}`)).text();
    const { nodes } = await eventually(async () => {
      const answer = JSON.parse(await get('/api/v1/nodes'));
      return answer.nodes.every(({ state }: { state: string }) => state !== 'pending') ? answer : undefined;
    }, 'a collection of each node');
    assert.equal(nodes.length, names.length);
    // The log has repeated failures, and what headers hold, at the level debug.
    await agent.says(/level=debug .*msg="collection failed"/u);
    await agent.says(/msg="columns of the session file"/u);
    assertHidden(await get('/'), await get('/api/v1/nodes'), await get('/metrics'), agent.stderr());
  }

  it('is not in what collect and replay print', async () => {
    for (const output of ['table', 'json', 'prometheus']) {
      const { code, stdout, stderr } = await runProgram([
        'collect',
        `--config.file=${config}`,
        `--output=${output}`,
        '--log.level=debug',
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /csv header: got 8 names, 0 of them known/u);
      assertHidden(stdout, stderr);
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-test-'));
    const saved = names.map((name, index) => {
      const file = path.join(folder, `${index}.csv`);
      writeFileSync(file, FILES[name] ?? '');
      return file;
    });
    const { code, stdout, stderr } = await runProgram(['replay', '--log.level=debug', ...saved]);
    assert.equal(code, 1);
    assert.match(stderr, /0\.csv: csv header: got 8 names, 0 of them known/u);
    assertHidden(stdout, stderr);
  });

  it('is printed by check-config --online where --show-header asks for it, also of a file that fails', async () => {
    const check = (...flags: string[]) =>
      runProgram(['check-config', '--online', `--config.file=${config}`, '--log.level=debug', ...flags]);
    const without = await check();
    assertHidden(without.stdout, without.stderr);

    const { code, stdout, stderr } = await check('--show-header');
    assert.equal(code, 1);
    assertHidden(stderr);
    const lines = stdout.trimEnd().split('\n');
    const firstLines = names.map((_, index) => {
      const node = lines.findIndex((line) => line.includes(`${ids[index]}: `));
      assert.match(lines[node + 1] ?? '', new RegExp(` ${ids[index]}: first line: `, 'u'));
      return (lines[node + 1] ?? '').split('first line: ')[1];
    });
    const ofFile = (name: string) => firstLines[names.indexOf(name)];
    for (const name of ['a row with a literal', 'a row with one known name', 'a row parted by semicolons']) {
      assert.equal(ofFile(name), FILES[name]?.split('\n')[0]);
    }
    assert.equal(
      ofFile('a row parted by tabs'),
      `7\\tapp\\t10.0.0.1\\tshop\\tQuery\\t1\\t\\tCALL login(${LITERAL})`,
    );
    assert.equal(ofFile('a terminal escape'), `\\u{1b}]0;${LITERAL}\\u{7},app`);
    assert.equal(ofFile('a row of 100 kB')?.length, 4_096);
    assert.ok([...stdout].every((character) => character >= ' ' || character === '\n'));
  });
});
