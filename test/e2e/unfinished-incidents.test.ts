// A record that lasted when the process before ended, and whose node is gone, through the built program with discovery.
import assert from 'node:assert/strict';
import type { IncidentSummary } from '../../src/incidents/record.js';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startSimulator } from '../../src/simulator/start-simulator.js';
import { nodeIdOf, sampleRecord } from '../incidents/sample-record.js';
import { newDirectory, openedStore } from '../incidents/store/sample-store.js';
import { addressOf, eventually, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

describe('a record whose node is gone', () => {
  it('lasts until every project was read in full, and then has ended with its snapshot', async () => {
    const { directory, remove } = newDirectory();
    const [production, staging] = sampleFleet({ projects: 2, instances: 1, nodesPerInstance: 1 });
    assert.ok(production && staging);
    // It has no node: that it has none is all that is learnt of it.
    const projects = [production, { ...staging, instances: [] }];
    const [found = ''] = production.instances.flatMap(({ nodes }) => nodes.map(({ id }) => id));
    const startMs = Math.floor(Date.now() / 1000) * 1000 - 600_000;
    const ofFound = sampleRecord({ nodeId: found, startMs });
    const ofGone = sampleRecord({ nodeId: nodeIdOf(7), startMs });
    const { store } = await openedStore(directory);
    store.put(ofFound);
    store.put(ofGone);
    await store.close(10_000);

    let fault: ReturnType<Fault> = jsonAnswer(500, { error_code: 'DBS.05000000', error_msg: 'broken' });
    const simulator = await startSimulator({
      projects,
      taskSeconds: { min: 0, max: 0.2 },
      fault: ({ operation, project }) =>
        operation === 'list_instances' && project === 'staging' ? fault : undefined,
    });
    const config = simulatedConfig(simulator, { api: { max_retries: 0 }, incidents: { directory } }, () => ({
      nodes: [],
      discovery: { enabled: true, refresh: '1s' },
    }));
    const agent = startProgram([`--config.file=${writeConfig(config)}`, '--web.listen-address=127.0.0.1:0']);
    try {
      const address = await addressOf(agent);
      const ends = async () => {
        const answer = await fetch(`${address}/api/v1/incidents`);
        const { incidents } = (await answer.json()) as { incidents: IncidentSummary[] };
        return new Map(incidents.map(({ id, ended_at }) => [id, ended_at]));
      };
      const failed = 'taurusdb_discovery_errors_total{project="staging",reason="api"}';
      await eventually(async () => {
        const now = await scrape(address);
        const isUp = [...samplesNamed(now, 'taurusdb_up').values()].includes(1);
        return (isUp && (now.get(failed) ?? 0) >= 3) || undefined;
      }, 'a node of one project, and failures of the other');
      assert.equal((await ends()).get(ofGone.id), null);
      fault = undefined;
      await eventually(async () => (await ends()).get(ofGone.id) ?? undefined, 'the end');
      assert.equal((await ends()).get(ofGone.id), ofGone.recorded_at);
      // The other one went on, and ends as any does, if it has ended yet.
      assert.notEqual((await ends()).get(ofFound.id), ofFound.recorded_at);
    } finally {
      agent.child.kill('SIGTERM');
      await agent.ended;
      await simulator.close();
      remove();
    }
  });
});
