// Collections that are slower than their schedule, run after run, in the built agent.
import assert from 'node:assert/strict';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { nodeIdsOf, ReloadableAgent, settingsOf } from '../support/reloadable-agent.js';

describe('an agent whose collections take longer than the time between their runs', () => {
  let api: Simulator;
  let agent: ReloadableAgent;

  beforeEach(async () => {
    api = await startSimulator({
      projects: sampleFleet({ nodesPerInstance: 2 }),
      taskSeconds: { min: 1.5, max: 1.5 },
    });
    agent = await ReloadableAgent.start(settingsOf(api));
  });
  afterEach(async () => {
    await agent.stop();
    await api.close();
  });

  it('tells of each node once, however many runs are skipped', async () => {
    const nodeIds = nodeIdsOf(api);
    await agent.collected(nodeIds, 3, 'skipped');
    const told = agent.program.stderr().match(/level=warn .*msg="collection skipped.*/gu) ?? [];
    assert.equal(told.length, nodeIds.length, told.join('\n'));
  });
});
