import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { nodesYaml } from '../../src/config/nodes-yaml.js';
import { expandEnvironment } from '../../src/config/yaml/expand-environment.js';

const ORDERS = '04830000000000000000000000000002in07';
const PAYMENTS = '04840000000000000000000000000002in07';

const node = (instanceId: string, number: number, change: object = {}) => ({
  instanceId,
  instanceName: instanceId === ORDERS ? 'orders' : 'payments',
  nodeId: `${String(number).padStart(32, '0')}no07`,
  name: `node-${number}`,
  role: number === 1 ? 'master' : 'slave',
  ...change,
});

describe('nodesYaml', () => {
  it('writes projects as the configuration has them, with a comment for each instance and role', () => {
    const text = nodesYaml([
      {
        project: 'production',
        nodes: [node(ORDERS, 1, { maxConnections: 5000 }), node(ORDERS, 2, { name: '' }), node(PAYMENTS, 1)],
      },
      { project: 'test', nodes: [] },
    ]);
    assert.equal(
      text,
      `projects:
  - name: production
    nodes:
      # orders
      - instance_id: "04830000000000000000000000000002in07"
        node_id: "00000000000000000000000000000001no07"
        name: node-1 # master
        instance_name: orders
        max_connections: 5000
      - instance_id: "04830000000000000000000000000002in07"
        node_id: "00000000000000000000000000000002no07" # slave
        instance_name: orders
      # payments
      - instance_id: "04840000000000000000000000000002in07"
        node_id: "00000000000000000000000000000001no07"
        name: node-1 # master
        instance_name: payments
  - name: test
    nodes: []
`,
    );
  });

  it('can be read back, whatever instances and nodes are called', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ unit: fc.constantFrom('$', '{', '}', 'SECRET', ':-'), maxLength: 8 }),
    );
    fc.assert(
      fc.property(text, text, text, (instanceName, name, role) => {
        const nodes = [node(ORDERS, 1, { instanceName, name, role }), node(PAYMENTS, 2)];
        const { projects } = parse(nodesYaml([{ project: 'production', nodes }]));
        assert.deepEqual(
          projects[0].nodes.map((read: { node_id: string }) => read.node_id),
          nodes.map(({ nodeId }) => nodeId),
        );
        const { name: readName, instance_name: readInstance } = projects[0].nodes[0];
        for (const [written, was] of [
          [readName, name],
          [readInstance, instanceName],
        ]) {
          const read = expandEnvironment(written, { SECRET: 'secret' }, () => {});
          assert.equal(read, was.trim() === '' ? undefined : was);
        }
        assert.deepEqual(Object.keys(projects), ['0']);
      }),
      { numRuns: 100 },
    );
  });
});
