// SIGHUP in the first moments of a start, and to commands that have nothing to reload.
import assert from 'node:assert/strict';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { addressOf, type Program, startProgram } from '../support/program.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import { settingsOf, until } from '../support/reloadable-agent.js';
import { writeConfig } from '../support/simulated-config.js';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');

/** Has Node send itself the signal so many milliseconds after main.js has read its arguments; 0: at once. */
function signalled(delaysMs: readonly number[]): string[] {
  const preload = `
    const argv = process.argv;
    let sent = false;
    const send = () => process.kill(process.pid, 'SIGHUP');
    Object.defineProperty(process, 'argv', {
      get() {
        if (!sent && new Error().stack.includes('main.js')) {
          sent = true;
          for (const ms of ${JSON.stringify(delaysMs)}) ms === 0 ? setImmediate(send) : setTimeout(send, ms);
        }
        return argv;
      },
    });
  `;
  return ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, MAIN];
}

describe('SIGHUP', () => {
  let cloud: RecordedCloud;
  let configFile: string;
  let program: Program;

  beforeEach(async () => {
    cloud = await startCloud({ projects: sampleFleet({ nodesPerInstance: 1 }) });
    configFile = writeConfig(settingsOf(cloud));
  });
  afterEach(async () => {
    program.child.kill('SIGKILL');
    await program.ended;
    await cloud.close();
  });

  for (const [when, delaysMs] of [
    ['at the beginning of the start', [0]],
    ['again and again during the start', [0, 0, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500]],
  ] as const) {
    it(`${when} is a reload once the agent listens`, async () => {
      const args = [`--config.file=${configFile}`, '--web.listen-address=127.0.0.1:0'];
      program = startProgram(args, {}, signalled(delaysMs));
      const address = await addressOf(program);
      await program.says(/msg=listening[\s\S]*msg="configuration reloaded"/u);
      assert.doesNotMatch(program.stderr(), /msg="configuration reloaded"[\s\S]*msg=listening/u);
      assert.equal((await fetch(`${address}/-/healthy`)).status, 200);
      program.child.kill('SIGTERM');
      assert.equal(await program.ended, 0);
    });
  }

  it('at the beginning does not hide that the configuration is wrong', async () => {
    const wrong = writeConfig({ nonsense: 1 });
    program = startProgram([`--config.file=${wrong}`], {}, signalled([0]));
    assert.equal(await program.ended, 1);
    assert.match(program.stderr(), /:1: unknown key/u);
  });

  for (const command of [['collect'], ['check-config', '--online'], ['discover']]) {
    it(`ends ${command.join(' ')}, at the beginning and later`, async () => {
      const args = [...command, `--config.file=${configFile}`];
      const project = (config: { enabled: boolean }) => ({ discovery: config });
      writeConfig(
        settingsOf(cloud, {}, () => project({ enabled: true })),
        configFile,
      );
      program = startProgram(args, {}, signalled([0]));
      await program.ended;
      assert.equal(program.child.signalCode, 'SIGHUP');

      cloud.hold(() => true);
      program = startProgram(args);
      await until(() => cloud.requests.length > 0, 'a request under way');
      program.child.kill('SIGHUP');
      await program.ended;
      assert.equal(program.child.signalCode, 'SIGHUP');
    });
  }
});
