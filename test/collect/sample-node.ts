// A node for tests: only what a test cares about is spelt out there.
import type { DatabaseNode } from '../../src/model/node.js';

export function sampleNode(change: Partial<DatabaseNode> = {}): DatabaseNode {
  return {
    project: 'production',
    instanceId: '6754902da1f447269c6979b0590102a5in07',
    nodeId: '941d21130b3c4899ad1a752a0945befdno07',
    name: 'orders-primary',
    instanceName: 'orders',
    cloudRegion: 'ap-southeast-3',
    role: 'master',
    labels: {},
    schedule: '* * * * *',
    ...change,
  };
}
