// Listings with odd records, through every command that discovers: the sound nodes are used, and one line tells of the others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addressOf, eventually, type Program, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';
import { closeServers, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

interface Listing {
  readonly name: string;
  readonly sound: number;
  /** Lines that tell of odd records; one where it does not say. */
  readonly odd?: 0;
  readonly total_count?: unknown;
  readonly instances: unknown[];
}

const LISTINGS: readonly Listing[] = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../fixtures/odd-listings.json'), 'utf8'),
);
const projectId = (index: number): string => String(index).padStart(32, '0');
const nameOf = (index: number): string => `project-${index}`;
const WARNING = 'got odd records, expected none: the others are used';

/** Each listing with ids of its own, as a project. */
function projectsOf(listings: readonly Listing[]): Listing[] {
  return listings.map((listing, project) => {
    const id = (index: string) => `${project}`.padStart(31, '0') + index;
    const text = JSON.stringify(listing)
      .replace(/@I(\d)/gu, (_, index) => `${id(index)}in07`)
      .replace(/@N(\d)/gu, (_, index) => `${id(index)}no07`);
    return JSON.parse(text);
  });
}

describe('listings with odd records', () => {
  let projects: Listing[];
  /** It runs, and the list has no id of it. */
  let nameless: object;
  let config: Record<string, unknown>;
  const agents: Program[] = [];

  beforeEach(async () => {
    projects = projectsOf(LISTINGS);
    nameless = {};
    const { url } = await startServer([
      (response, { method, target }) => {
        const [, , project, , instanceId, , nodeId] = target.replace(/\?.*$/u, '').split('/');
        const { instances, total_count = instances.length } = projects[Number(project)] ?? { instances: [] };
        if (instanceId === undefined) {
          const page = target.includes('offset=0') ? instances : [];
          return sendAnswer(response, { body: { instances: page, total_count } });
        }
        if (nodeId !== undefined) {
          const task = { request_id: 'realtime_session-1', status: 'finished' };
          const isFile = method === 'GET' && target.includes('realtime-session-result');
          return sendAnswer(response, { body: isFile ? 'id,user,host,state\n1,app,10.0.0.1:1,\n' : task });
        }
        const named = [...instances, nameless].find(
          (one) => (one as { id?: string } | null)?.id === instanceId,
        );
        return named === undefined
          ? sendAnswer(response, { status: 404, body: { error_code: 'DBS.200045', error_msg: 'gone' } })
          : sendAnswer(response, { body: { instance: named } });
      },
    ]);
    config = {
      projects: projects.map((_, index) => ({
        name: nameOf(index),
        region: 'cn-north-4',
        project_id: projectId(index),
        endpoint: url,
        auth: { token: { value: 'a-token-0123456789' } },
        nodes: [],
        discovery: { enabled: true, refresh: '1s' },
      })),
      collection: { schedule: '* * * * * *', splay: '0s', poll_interval: '100ms', timeout: '10s' },
    };
  });

  afterEach(async () => {
    for (const agent of agents.splice(0)) {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
    await closeServers();
  });

  /** How many lines of the text tell of odd records, by project. */
  const warnings = (text: string, mark: (project: string) => string) =>
    projects.map(
      (_, index) =>
        text.split('\n').filter((line) => line.includes(WARNING) && line.includes(mark(nameOf(index))))
          .length,
    );
  const expected = () => projects.map(({ odd = 1 }) => odd);

  it('are printed by discover, collected by collect, and are no failure', async () => {
    const file = writeConfig(config);
    const inLog = (project: string) => `project=${project} `;
    const found = await runProgram(['discover', `--config.file=${file}`]);
    assert.equal(found.code, 0, found.stderr);
    const lists = found.stdout.split(/^ {2}- name: /mu).slice(1);
    assert.deepEqual(
      lists.map((text) => text.match(/node_id: /gu)?.length ?? 0),
      projects.map(({ sound }) => sound),
    );
    assert.deepEqual(warnings(found.stderr, inLog), expected());
    assert.match(
      found.stderr,
      /level=warn .*project=project-1 records=1 found="instances without a name of at most 256 characters: 1 \(the first: 0{30}12in07\)"/u,
    );

    const collected = await runProgram(['collect', `--config.file=${file}`]);
    assert.equal(collected.code, 0, collected.stderr);
    assert.equal(
      collected.stdout.match(/ ok /gu)?.length,
      projects.reduce((sum, { sound }) => sum + sound, 0),
    );
    assert.deepEqual(warnings(collected.stderr, inLog), expected());
  });

  it('are a warning of check-config --online, not a failure', async () => {
    const { code, stdout, stderr } = await runProgram([
      'check-config',
      '--online',
      `--config.file=${writeConfig(config)}`,
    ]);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    assert.deepEqual(
      warnings(stdout, (project) => `${project}: discovery: warning: `),
      expected(),
    );
    for (const [index, { sound }] of projects.entries()) {
      assert.ok(
        stdout.includes(
          `${nameOf(index)}: discovery: ok: ${sound} ${sound === 1 ? 'node' : 'nodes'} found\n`,
        ),
        stdout,
      );
    }
  });

  it('are told of once by the agent, and take no known node away', async () => {
    const agent = startProgram([`--config.file=${writeConfig(config)}`, '--web.listen-address=127.0.0.1:0']);
    agents.push(agent);
    const address = await addressOf(agent);
    const nodesUp = async () =>
      [...samplesNamed(await scrape(address), 'taurusdb_up')]
        .flatMap(([labels, value]) => (value === 1 ? (/\d{32}no07/u.exec(labels) ?? []) : []))
        .map(String);
    const all = await eventually(async () => {
      const nodes = await nodesUp();
      return nodes.length === projects.reduce((sum, { sound }) => sum + sound, 0) ? nodes : undefined;
    }, 'all sound nodes');

    // Of projects with odd records from the start: known ones are odd now, and one is gone.
    const instancesOf = (listing: string) =>
      (projects.find(({ name }) => name === listing)?.instances ?? []) as Record<string, unknown>[];
    Object.assign(instancesOf('an instance of another service')[0] ?? {}, { status: null });
    Object.assign(instancesOf('an instance without a name')[0] ?? {}, { nodes: [{ id: null }] });
    Object.assign(instancesOf('a node that is being added')[0] ?? {}, { nodes: null });
    nameless = { ...instancesOf('null in place of an instance')[1] };
    Object.assign(instancesOf('null in place of an instance')[1] ?? {}, { id: null });
    const gone = 'an array and a number in place of instances';
    instancesOf(gone).pop();
    const left = await eventually(async () => {
      const nodes = await nodesUp();
      return nodes.length < all.length ? nodes : undefined;
    }, `a node less of ${gone}`);
    const missing = all.filter((nodeId) => !left.includes(nodeId));
    assert.deepEqual(missing, [`${'4'.padStart(31, '0')}2no07`]);

    const searched = async () => [
      ...samplesNamed(await scrape(address), 'taurusdb_discovery_last_success_timestamp_seconds').values(),
    ];
    const since = await searched();
    await eventually(
      async () => (await searched()).every((at, index) => at > (since[index] ?? 0) + 2) || undefined,
      'more searches of every project, with success',
    );
    assert.deepEqual(await nodesUp(), left);
    assert.deepEqual(
      warnings(agent.stderr(), (project) => `project=${project} `),
      expected(),
    );
  });
});
