// What statements hold is nowhere in the built program but in the bytes that it reads: not on a page, in a log, in an error,
// on a terminal, nor in its memory once a collection is over.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, MAIN, type Program, runProgram, startProgram } from '../support/program.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { SESSION_LISTS, STATEMENTS, statementSecretsIn } from '../support/statement-secrets.js';

const SHOWN = 'SELECT * FROM customers WHERE name = ?';
const PAGES = ['/', '/metrics', '/api/v1/nodes', '/-/healthy', '/-/ready', '/page.js', '/nothing'];
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

function assertNoSecretIn(text: string): void {
  assert.deepEqual(statementSecretsIn(text), []);
}

describe('secrets in statements', () => {
  let folder: string;
  let files: readonly string[];
  let simulator: Simulator;
  let config: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'statement-secrets-'));
    files = Object.entries(SESSION_LISTS).map(([name, bytes]) => {
      const file = path.join(folder, `${name}.csv`);
      writeFileSync(file, bytes);
      return file;
    });
    const projects = sampleFleet({ nodesPerInstance: files.length }).map((project) => ({
      ...project,
      instances: project.instances.map((instance) => ({
        ...instance,
        nodes: instance.nodes.map((node, index) => ({ ...node, csvFile: files[index] ?? '' })),
      })),
    }));
    simulator = await startSimulator({ projects, taskSeconds: { min: 0, max: 0 } });
    config = writeConfig(
      simulatedConfig(simulator, {
        statements: { mode: 'normalized' },
        metrics: { dimensions: { statement: { enabled: true } } },
      }),
    );
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  it('are not on its pages, in its log or in its memory', async () => {
    const node = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`, MAIN];
    const args = [`--config.file=${config}`, '--log.level=debug', '--web.listen-address=127.0.0.1:0'];
    const agent = startProgram(args, {}, node);
    try {
      const address = await addressOf(agent);
      const get = async (target: string, headers: Record<string, string> = {}) =>
        (await fetch(`${address}${target}`, { headers })).text();
      await eventually(
        async () => (await fetch(`${address}/-/ready`)).status === 200 || undefined,
        'every node tried',
      );
      const pages = await Promise.all(PAGES.map((page) => get(page)));
      const openMetrics = await get('/metrics', { accept: OPEN_METRICS });
      const seen = [...pages, openMetrics];
      for (const shows of [pages[0], pages[1], pages[2], openMetrics]) {
        assert.ok(shows?.includes(SHOWN), 'statements are shown');
      }
      assertNoSecretIn([...seen, agent.stderr(), agent.stdout()].join('\n'));
      const heap = await heapSnapshotOf(agent, folder);
      assert.ok(heap.includes(SHOWN), 'the snapshot has the texts of statements');
      assertNoSecretIn(heap);
    } finally {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
  });

  for (const [what, args] of [
    ['collect', (file: string) => ['collect', `--config.file=${file}`]],
    ['collect --top', (file: string) => ['collect', '--top', `--config.file=${file}`]],
    ['collect --output=json', (file: string) => ['collect', '--output=json', `--config.file=${file}`]],
    ['replay', () => ['replay', ...files]],
    ['replay --top', () => ['replay', '--top', ...files]],
    ['check-config', (file: string) => ['check-config', `--config.file=${file}`]],
  ] as const) {
    it(`are not in the output of ${what}`, async () => {
      const { stdout, stderr } = await runProgram([...args(config), '--log.level=debug']);
      assert.notEqual(stdout, '');
      if (what !== 'check-config') {
        assert.match(stderr, /csv/u, 'broken files are told of');
      }
      assertNoSecretIn(`${stdout}\n${stderr}`);
    });
  }

  for (const output of ['table', 'json']) {
    it(`are not in the output of digest, ${output}`, async () => {
      const file = path.join(folder, 'statements');
      writeFileSync(
        file,
        Buffer.from(STATEMENTS.map((statement) => statement.replaceAll('\0', ' ')).join('\0'), 'latin1'),
      );
      const { code, stdout, stderr } = await runProgram(['digest', '--null', `--output=${output}`, file]);
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout.trimEnd().split('\n').length, STATEMENTS.length);
      assertNoSecretIn(stdout);
    });
  }
});

/** Its strings, numbers left out: what a debugger would find in the program's memory. */
async function heapSnapshotOf(agent: Program, folder: string): Promise<string> {
  agent.child.kill('SIGUSR2');
  return eventually(() => {
    const name = readdirSync(folder).find((file) => file.endsWith('.heapsnapshot'));
    const text = name === undefined ? '' : readFileSync(path.join(folder, name), 'utf8');
    return /\]\s*\}\s*$/u.test(text) ? text.slice(text.lastIndexOf('"strings":[')) : undefined;
  }, 'a heap snapshot');
}
