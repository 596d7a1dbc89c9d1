// SIGUSR1, which by default opens Node's inspector, to every command and at any time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
/** Any free one, so that tests which run beside this one do not meet. */
const INSPECTOR_PORT = '--inspect-port=127.0.0.1:0';
const OPENED = /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/gu;

/** Has Node send itself the signal again and again, from the moment on that main.js reads its arguments. */
const PRELOAD = `
  const argv = process.argv;
  let isSending = false;
  const send = () => process.kill(process.pid, 'SIGUSR1');
  Object.defineProperty(process, 'argv', {
    get() {
      if (!isSending && new Error().stack.includes('main.js')) {
        isSending = true;
        send();
        setInterval(send, 1).unref();
      }
      return argv;
    },
  });
`;
const SIGNALLED = [INSPECTOR_PORT, '--import', `data:text/javascript,${encodeURIComponent(PRELOAD)}`, MAIN];

const SIGUSR1_BIT = 1n << 9n;

/** Whether the process has a handler of the signal: before that it would end it. */
function catchesSigusr1(pid: number): boolean {
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${caught}`) & SIGUSR1_BIT) !== 0n;
}

/** Of an agent whose only project cannot be reached. */
function idleConfig(): string {
  return writeConfig({
    projects: [
      {
        name: 'production',
        region: 'eu-west-101',
        project_id: '0'.repeat(32),
        endpoint: 'http://127.0.0.1:9',
        auth: { token: { value: 'token-of-nobody' } },
        discovery: { enabled: true },
      },
    ],
  });
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('SIGUSR1', () => {
  for (const command of [
    ['--help'],
    ['--version'],
    ['collect'],
    ['discover'],
    ['check-config'],
    ['check-config', '--online'],
    ['replay', 'test/fixtures/sessions/none.csv'],
  ]) {
    it(`does not open the inspector of ${command.join(' ')}`, async () => {
      const simulator = await startSimulator({ projects: sampleFleet({ nodesPerInstance: 1 }) });
      const config = writeConfig(simulatedConfig(simulator));
      const args = command[0]?.startsWith('--') ? command : [...command, `--config.file=${config}`];
      const program = startProgram(args, {}, SIGNALLED);
      const code = await program.ended;
      await simulator.close();
      assert.doesNotMatch(program.stderr(), OPENED);
      assert.equal(code, command[0] === 'replay' ? 1 : 0, program.stderr());
    });
  }

  for (const command of ['run', 'simulate', 'demo']) {
    it(`does not open the inspector of ${command}, from its first statement on`, async () => {
      const args = [command, '--web.listen-address=127.0.0.1:0'];
      if (command === 'run') {
        args.push(`--config.file=${idleConfig()}`);
      }
      const program = startProgram(args, {}, SIGNALLED);
      try {
        await program.says(/listening/u);
        assert.doesNotMatch(program.stderr(), OPENED);
      } finally {
        program.child.kill('SIGTERM');
        assert.equal(await program.ended, 0);
      }
    });
  }

  it('does not keep the inspector of an agent open that it opened while Node itself started', async () => {
    const program: Program = startProgram(
      [`--config.file=${idleConfig()}`, '--web.listen-address=127.0.0.1:0'],
      {},
      [INSPECTOR_PORT, MAIN],
    );
    const { child } = program;
    try {
      const { pid = 0 } = child;
      while (!catchesSigusr1(pid)) {
        await new Promise(setImmediate);
      }
      child.kill('SIGUSR1');
      await addressOf(program);
      const ports = [...program.stderr().matchAll(OPENED)].map(([, port]) => Number(port));
      await eventually(
        async () => (await Promise.all(ports.map(isOpen))).every((open) => !open) || undefined,
        'the inspector to be shut',
      );
      child.kill('SIGTERM');
      assert.equal(await program.ended, 0);
    } finally {
      child.kill('SIGKILL');
      await program.ended;
    }
  });
});
