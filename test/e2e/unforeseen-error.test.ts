import assert from 'node:assert/strict';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, startProgram } from '../support/program.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

describe('an error that nobody foresaw', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ projects: sampleFleet({}) });
  });
  after(() => simulator.close());

  for (const [event, statement] of [
    ['unhandledRejection', 'Promise.reject(new RangeError("SELECT secret"))'],
    ['uncaughtException', 'throw new RangeError("SELECT secret")'],
  ] as const) {
    it(`is logged without its message and ends the agent with 1: ${event}`, async () => {
      // Encoded, for the frames name the module.
      const mistake = Buffer.from(`process.on('SIGUSR2', () => { ${statement} });`).toString('base64');
      const agent = startProgram(
        [`--config.file=${writeConfig(simulatedConfig(simulator))}`, '--web.listen-address=127.0.0.1:0'],
        { NODE_OPTIONS: `--import="data:text/javascript;base64,${mistake}"` },
      );
      await addressOf(agent);
      agent.child.kill('SIGUSR2');
      assert.equal(await agent.ended, 1);
      const lines = agent.stderr().trimEnd().split('\n');
      assert.match(
        lines.at(-1) ?? '',
        new RegExp(`ended by an unforeseen error.* event=${event} thrown=RangeError thrown_at=`),
      );
      assert.doesNotMatch(agent.stderr(), /SELECT/u);
    });
  }
});
