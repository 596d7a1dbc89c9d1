// A slip of the pen around a secret, in the built program: where it is and what was meant is told, and no piece of the
// secret, on standard error, in the log of a reload or to who asked for one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { MISTYPED_CONFIGS, MISTYPED_WEB_CONFIGS, type MistypedFile } from '../support/mistyped-files.js';
import { eventually, runProgram } from '../support/program.js';
import { ReloadableAgent, settingsOf } from '../support/reloadable-agent.js';
import { piecesIn } from '../support/secret-pieces.js';
import { writeConfig } from '../support/simulated-config.js';

/** Those that read a configuration. */
const COMMANDS = ['check-config', 'collect', 'discover', 'run'] as const;
/** Programs that run at a time. */
const AT_ONCE = 4;

describe('a mistyped secret', () => {
  let folder: string;
  let simulator: Simulator;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-mistyped-'));
    simulator = await startSimulator({ projects: sampleFleet({ projects: 1, nodesPerInstance: 1 }) });
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  /** What is wrong with what was shown of the file; undefined where nothing is. */
  function problemWith({ name, lines, key }: MistypedFile, shown: string): string | undefined {
    const pieces = piecesIn(shown);
    if (pieces.length > 0) {
      return `${name}: shows ${pieces.length} pieces: ${shown}`;
    }
    const isLineTold = lines.length === 0 || lines.some((line) => shown.includes(`.yaml:${line}:`));
    const isKeyTold = new RegExp(`(?<![\\w])${key}(?![\\w])`, 'u').test(shown);
    return isLineTold && isKeyTold ? undefined : `${name}: got no line of ${lines} or no ${key}: ${shown}`;
  }

  async function problemsOfChecks(
    files: readonly MistypedFile[],
    argsFor: (file: string) => readonly string[],
  ): Promise<string[]> {
    const problems: string[] = [];
    const waiting = [...files.entries()];
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [index, file] = next;
        const { code, stdout, stderr } = await runProgram(argsFor(write(`file-${index}.yaml`, file.text)), {
          HOME: folder,
        });
        const problem = problemWith(file, `${stdout}\n${stderr}`);
        problems.push(
          ...(code === 1 ? [] : [`${file.name}: exit code ${code}`]),
          ...(problem ? [problem] : []),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return problems;
  }

  for (const [nth, command] of COMMANDS.entries()) {
    it(`is not shown by ${command}`, async () => {
      // All of them are given to the reloads below, which take no process each.
      const some = MISTYPED_CONFIGS.filter((_, index) => index % 25 === nth);
      const args = (file: string) => [command, `--config.file=${file}`];
      assert.deepEqual(await problemsOfChecks(some, args), []);
    });
  }

  it('is not shown of a web configuration by check-config', async () => {
    const config = writeConfig(settingsOf(simulator), path.join(folder, 'config.yaml'));
    const args = (file: string) => ['check-config', `--config.file=${config}`, `--web.config.file=${file}`];
    assert.deepEqual(
      await problemsOfChecks(
        MISTYPED_WEB_CONFIGS.filter((_, index) => index % 5 === 0),
        args,
      ),
      [],
    );
  });

  it('is not shown by a reload, neither in the log nor to who asked for it', async () => {
    const agent = await ReloadableAgent.start(settingsOf(simulator));
    try {
      const problems: (string | undefined)[] = [];
      for (const [index, file] of MISTYPED_CONFIGS.entries()) {
        agent.write(file.text);
        const how = index % 3 === 0 ? 'SIGHUP' : 'POST';
        const { ok, status, log, answer } = await agent.askForReload(how);
        problems.push(ok || (status ?? 500) !== 500 ? `${file.name}: ${status}` : undefined);
        problems.push(problemWith(file, log), how === 'POST' ? problemWith(file, answer) : undefined);
      }
      assert.deepEqual(
        problems.filter((problem) => problem !== undefined),
        [],
      );
      assert.deepEqual(piecesIn(agent.program.stdout() + agent.program.stderr()), []);
    } finally {
      await agent.stop();
    }
  });

  it('is not shown when a web configuration is read again', async () => {
    const webConfig = write('web.yaml', 'rate_limit: { interval: 1s, burst: 1000 }\n');
    const agent = await ReloadableAgent.start(settingsOf(simulator), `--web.config.file=${webConfig}`);
    const refused = () => agent.program.stderr().match(/web configuration not reloaded/gu)?.length ?? 0;
    try {
      // All of them are read by check-config, in the same way; here each takes two seconds to be still.
      for (const { name, text } of MISTYPED_WEB_CONFIGS.filter((_, index) => index % 9 === 0)) {
        const before = refused();
        write('web.yaml', text);
        await eventually(async () => {
          await (await fetch(`${agent.address}/metrics`)).arrayBuffer();
          return refused() > before || undefined;
        }, `${name} refused`);
      }
      assert.deepEqual(piecesIn(agent.program.stderr()), []);
    } finally {
      await agent.stop();
    }
  });
});
