// The agent as a process among others: a port in use, closed output pipes, an API that does not accept connections.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { openBlackHole } from '../support/black-hole.js';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { closeServers } from '../support/scripted-server.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

describe('the agent as a process', () => {
  let simulator: Simulator;
  let agent: Program | undefined;

  beforeEach(async () => {
    simulator = await startSimulator({ projects: sampleFleet(), taskSeconds: { min: 0, max: 0 } });
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    await closeServers();
    await simulator.close();
  });

  it('ends with 1 where the port is taken, names the address, and has asked nothing of the API', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const { code, stderr } = await runProgram([
      `--config.file=${writeConfig(simulatedConfig(simulator))}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    holder.close();
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `listen address: got "127.0.0.1:${port}", expected an address that no other program listens on (EADDRINUSE)\n`,
    );
    assert.deepEqual(simulator.stats().requests, []);
  });

  it('goes on collecting after its stdout and stderr are closed', async () => {
    agent = startProgram([
      `--config.file=${writeConfig(simulatedConfig(simulator))}`,
      '--web.listen-address=127.0.0.1:0',
      '--log.level=debug',
    ]);
    const address = await addressOf(agent);
    agent.child.stdout?.destroy();
    agent.child.stderr?.destroy();
    const collections = async () =>
      [...samplesNamed(await scrape(address), 'taurusdb_collections_total')]
        .filter(([labels]) => labels.includes('result="success"'))
        .reduce((sum, [, count]) => sum + count, 0);
    const before = await collections();
    // Each of these has something to say.
    agent.child.kill('SIGHUP');
    agent.child.kill('SIGUSR1');
    await eventually(
      async () => ((await collections()) >= before + 9 ? true : undefined),
      'more collections',
    );
    agent.child.kill('SIGTERM');
    const [code] = await once(agent.child, 'exit');
    assert.equal(code, 0);
  });

  it('ends with 0 at the first signal while it connects to an API that does not answer', async () => {
    const blackHole = await openBlackHole();
    const before = connectingTo(blackHole);
    agent = startProgram([
      `--config.file=${writeConfig(simulatedConfig(simulator, {}, () => ({ endpoint: `http://${blackHole}` })))}`,
      '--web.listen-address=127.0.0.1:0',
    ]);
    await addressOf(agent);
    await eventually(() => connectingTo(blackHole) > before || undefined, 'a connection attempt');
    agent.child.kill('SIGTERM');
    assert.equal(await agent.ended, 0);
  });
});

/** How many connections to this address of 127.0.0.1 wait for its answer (SYN_SENT). */
function connectingTo(address: string): number {
  const port = Number(address.split(':')[1]).toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/tcp', 'utf8').split(`0100007F:${port} 02 `).length - 1;
}
