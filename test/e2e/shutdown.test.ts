// SIGTERM in every phase of an agent's life.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, jsonAnswer } from '../../src/simulator/cloud/answer.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';

const HEADER = 'user,host,state\n';

async function* drip(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(HEADER);
  for (;;) {
    await sleep(50);
    yield Buffer.from('a');
  }
}

const dripped = (): Answer => ({ status: 200, headers: { 'Content-Type': 'text/csv' }, body: drip() });

/** What the API does to keep a collection in this phase for ever. */
const PHASES: Readonly<
  Record<string, { readonly fault?: Fault; readonly settings?: object; readonly project?: object }>
> = {
  'before the first collection': {
    settings: { collection: { schedule: '0 0 1 1 *', splay: '10m' } },
  },
  'while a task is submitted': { fault: ({ operation }) => (operation === 'submit' ? 'hang' : undefined) },
  'while a task runs': {
    fault: ({ operation }) => (operation === 'wait' ? jsonAnswer(200, { status: 'running' }) : undefined),
  },
  'while a result is downloaded': {
    fault: ({ operation }) => (operation === 'download' ? dripped() : undefined),
  },
  'while it waits to repeat a request': {
    fault: ({ operation }) => (operation === 'wait' ? 'reset' : undefined),
  },
  'while the nodes are looked for': {
    fault: ({ operation }) => (operation === 'list_instances' ? 'hang' : undefined),
    project: { nodes: [], discovery: { enabled: true } },
  },
  'while a token is fetched': {
    fault: ({ operation }) => (operation === 'token' ? 'hang' : undefined),
    project: { auth: { password: { domain: 'production-account', user: 'exporter', password: 'wrong' } } },
  },
};

describe('SIGTERM', () => {
  const simulators: Simulator[] = [];
  const agents: Program[] = [];

  /** Resolves once the agent listens and has met the fault. */
  async function start(fault?: Fault, settings: object = {}, project: object = {}): Promise<Program> {
    let isMet = fault === undefined;
    const simulator = await startSimulator({
      projects: sampleFleet({ nodesPerInstance: 2 }),
      fault: (request) => {
        const answer = fault?.(request);
        isMet ||= answer !== undefined;
        return answer;
      },
    });
    simulators.push(simulator);
    const config = simulatedConfig(
      simulator,
      {
        collection: { schedule: '* * * * * *', splay: '0s', poll_interval: '100ms', timeout: '60s' },
        api: { request_timeout: '60s', max_retries: 10 },
        ...settings,
      },
      () => ({ ...project }),
    );
    const agent = startProgram([`--config.file=${writeConfig(config)}`, '--web.listen-address=127.0.0.1:0']);
    agents.push(agent);
    await addressOf(agent);
    await eventually(() => isMet || undefined, 'the fault');
    return agent;
  }

  afterEach(async () => {
    for (const { child } of agents.splice(0)) {
      child.kill('SIGKILL');
    }
    await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
  });

  it('ends the agent with 0 in every phase, without an error, and it is not ready at once', async () => {
    const stopping: [phase: string, agent: Program][] = [];
    for (const [phase, { fault, settings, project }] of Object.entries(PHASES)) {
      const agent = await start(fault, settings, project);
      const address = await addressOf(agent);
      agent.child.kill('SIGTERM');
      await agent.says(/msg=stopping/u);
      const ready = await fetch(`${address}/-/ready`).catch(() => undefined);
      assert.ok(ready === undefined || ready.status === 503, phase);
      stopping.push([phase, agent]);
    }
    // Each may take the whole grace period.
    for (const [phase, agent] of stopping) {
      assert.equal(await agent.ended, 0, phase);
      assert.match(agent.stderr(), /msg=stopped/u, phase);
      assert.doesNotMatch(agent.stderr(), /level=(error|fatal)/u, phase);
    }
  });

  it('ends it with 0 though a scraper does not read what it asked for', async () => {
    const agent = await start();
    const address = await addressOf(agent);
    const unread = await fetch(`${address}/metrics`);
    agent.child.kill('SIGTERM');
    assert.equal(await agent.ended, 0);
    assert.equal(unread.status, 200);
  });

  it('lets a collection that runs come to its end', async () => {
    let isHeld = true;
    const agent = await start(({ operation }) =>
      operation === 'wait' && isHeld ? jsonAnswer(200, { status: 'running' }) : undefined,
    );
    const address = await addressOf(agent);
    agent.child.kill('SIGTERM');
    await agent.says(/msg=stopping/u);
    isHeld = false;
    await eventually(async () => {
      const page = await fetch(`${address}/metrics`)
        .then((answer) => answer.text())
        .catch(() => 'closed');
      return page === 'closed' || /^taurusdb_up\{.*\} 1$/mu.test(page) ? true : undefined;
    }, 'a collection that succeeds');
    assert.equal(await agent.ended, 0);
  });

  it('ends it at once when it comes twice', async () => {
    const agent = await start(({ operation }) => (operation === 'submit' ? 'hang' : undefined));
    agent.child.kill('SIGTERM');
    await agent.says(/msg=stopping/u);
    agent.child.kill('SIGTERM');
    assert.equal(await agent.ended, 1);
    assert.match(agent.stderr(), /msg="stopped at once" signal=SIGTERM/u);
    assert.doesNotMatch(agent.stderr(), /msg=stopped /u);
  });
});
