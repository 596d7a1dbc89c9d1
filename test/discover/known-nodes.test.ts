import assert from 'node:assert/strict';
import type { FoundNodes, SearchEnd } from '../../src/discover/discovery-api.js';
import { KnownNodes } from '../../src/discover/known-nodes.js';
import { OddRecords } from '../../src/model/odd-records.js';

interface Records {
  readonly others?: readonly string[];
  readonly unclear?: readonly string[];
  readonly nameless?: number;
}

function instanceWith(
  instanceId: string,
  nodeIds: readonly string[],
  { others = [], unclear = [], nameless = 0 }: Records = {},
): FoundNodes {
  const nodes = nodeIds.map((nodeId) => ({ instanceId, instanceName: '', nodeId, name: '', role: '' }));
  return { nodes, others: new Set(others), unclear: new Set(unclear), nameless, odd: new OddRecords() };
}

function endOf(listed: string, change: Partial<SearchEnd> = {}): SearchEnd {
  return {
    listed: new Set(listed.split('')),
    isListComplete: true,
    odd: new OddRecords(),
    failures: [],
    ...change,
  };
}

const NODE = { instanceName: 'orders', nodeId: 'n', name: '', role: '' } as const;

describe('KnownNodes', () => {
  let known: KnownNodes;
  const read = (instanceId: string, nodeIds: string, records?: Records) =>
    known.found(instanceId, instanceWith(instanceId, nodeIds.split(''), records));
  const nodes = () =>
    known
      .summary()
      .nodes.map(({ instanceId, nodeId }) => instanceId + nodeId)
      .join(' ');

  beforeEach(() => {
    known = new KnownNodes();
    read('A', 'ab');
    read('B', 'cd');
    known.end(endOf('AB'));
    known.readAllAgain();
    nodes();
  });

  it('is in the order of the list', () => {
    known.end(endOf('BA'));
    assert.equal(nodes(), 'Bc Bd Aa Ab');
  });

  it('has of an instance that was read the nodes that it says, before the search has ended', () => {
    read('A', 'bx');
    assert.equal(nodes(), 'Ab Ax Bc Bd');
    known.notWanted('B');
    assert.equal(nodes(), 'Ab Ax');
  });

  it('loses an instance that a complete list lacks, and no other, whatever could not be read', () => {
    known.end(endOf('A', { isListComplete: false }));
    assert.equal(nodes(), 'Aa Ab Bc Bd');
    known.end(endOf('', { isListComplete: false }));
    assert.equal(nodes(), 'Aa Ab Bc Bd');
    known.end(endOf('A'));
    assert.equal(nodes(), 'Aa Ab');
  });

  it('says which instances a list lacks, less those that were read', () => {
    known.found('C', undefined);
    known.readAllAgain();
    const lacking = () => known.notListed(new Set('A')).map(({ id, name }) => `${id} "${name}"`);
    assert.deepEqual(lacking(), ['B ""', 'C ""']);
    known.found('B', { ...instanceWith('B', []), nodes: [{ ...NODE, instanceId: 'B' }] });
    assert.deepEqual(lacking(), ['C ""']);
    known.readAllAgain();
    assert.deepEqual(lacking(), ['B "orders"', 'C ""']);
    known.notWanted('B');
    assert.deepEqual(lacking(), ['C ""']);
  });

  describe('keeps through odd records', () => {
    it('a node whose record has nothing but its id', () => {
      read('A', 'b', { unclear: ['a'] });
      assert.equal(nodes(), 'Ab Aa Bc Bd');
      read('A', 'b', { others: ['a'] });
      assert.equal(nodes(), 'Ab Bc Bd');
    });

    it('no node that was not known', () => {
      read('A', 'ab', { unclear: ['x'] });
      assert.equal(nodes(), 'Aa Ab Bc Bd');
    });

    it('the nodes of an instance without a list of nodes', () => {
      known.found('A', undefined);
      known.found('C', undefined);
      assert.equal(nodes(), 'Aa Ab Bc Bd');
      assert.equal(String(known.summary().odd), 'instances without a list of nodes: 2 (the first: A)');
      read('A', 'a');
      assert.equal(nodes(), 'Aa Bc Bd');
    });

    it('a node that is missing when a record without an id is new: it may be that one', () => {
      read('A', 'b', { nameless: 1 });
      assert.equal(nodes(), 'Ab Aa Bc Bd');
      read('A', 'b', { nameless: 1 });
      assert.equal(nodes(), 'Ab Aa Bc Bd');
      read('A', 'b');
      assert.equal(nodes(), 'Ab Bc Bd');
    });

    it('no node that is missing beside a record that never had an id', () => {
      read('A', 'ab', { nameless: 1 });
      read('A', 'b', { nameless: 1 });
      assert.equal(nodes(), 'Ab Bc Bd');
      read('A', '', { nameless: 2 });
      assert.equal(nodes(), 'Ab Bc Bd');
    });

    it('a node whose record has no id today, whichever that is', () => {
      for (const all of ['abc', 'ab', 'abcd']) {
        for (const phantoms of [0, 1, 2]) {
          known = new KnownNodes();
          const hiding = (place: number) =>
            read('A', all.replace(all.charAt(place % all.length), ''), { nameless: 1 + phantoms });
          hiding(0);
          for (let search = 1; search < 8; search += 1) {
            hiding(search);
            const found = nodes().split(' ').sort();
            assert.deepEqual(
              found,
              all.split('').map((id) => `A${id}`),
              `${all}, ${phantoms}, ${search}`,
            );
          }
        }
      }
    });

    it('no node that is gone since, once the others have their ids again', () => {
      read('A', 'b', { nameless: 2 });
      read('A', 'a', { nameless: 2 });
      assert.equal(nodes(), 'Aa Ab Bc Bd');
      read('A', 'a', { nameless: 1 });
      assert.equal(nodes(), 'Aa Bc Bd');
    });

    it('no node for an id that is not new, but not to be collected', () => {
      read('A', 'ab', { others: ['x'], unclear: ['y'], nameless: 1 });
      read('A', 'b', { others: ['y'], unclear: ['x'], nameless: 1 });
      assert.equal(nodes(), 'Ab Bc Bd');
    });
  });

  describe('of a node in two instances', () => {
    it('knows the one that had it first, and tells of it', () => {
      read('A', 'abc');
      assert.equal(nodes(), 'Aa Ab Bc Bd');
      assert.equal(String(known.summary().odd), 'nodes in two instances: 1 (the first: c)');
      read('B', 'cda');
      assert.equal(nodes(), 'Aa Ab Bc Bd');
      assert.equal(known.summary().odd.count, 2);
    });

    it('knows the other one once the first has it no more', () => {
      read('A', 'abc');
      read('B', 'd');
      assert.equal(nodes(), 'Aa Ab Ac Bd');
      assert.equal(known.summary().odd.count, 0);
      read('C', 'a');
      known.end(endOf('BC'));
      assert.equal(nodes(), 'Bd Ca');
    });

    it('knows the first of the list where both are new', () => {
      read('D', 'x');
      read('C', 'x');
      known.end(endOf('ABCD'));
      assert.equal(nodes(), 'Aa Ab Bc Bd Cx');
    });
  });

  it('tells of what is odd now, of the list and of each instance', () => {
    const odd = (what: Parameters<OddRecords['add']>[0]) => {
      const records = new OddRecords();
      records.add(what, 'here');
      return records;
    };
    known.found('A', { ...instanceWith('A', ['a']), odd: odd('nodes without an id') });
    known.found('B', { ...instanceWith('B', ['c']), odd: odd('nodes without an id') });
    known.end(endOf('AB', { odd: odd('instances without a status') }));
    const all = 'instances without a status: 1 (the first: here), nodes without an id: 2 (the first: here)';
    assert.equal(String(known.summary().odd), all);
    known.end(endOf('', { isListComplete: false }));
    assert.equal(String(known.summary().odd), all);
    read('A', 'a');
    known.end(endOf('A'));
    assert.equal(String(known.summary().odd), '');
  });

  it('knows which instances were read, until all are to be read again', () => {
    assert.equal(known.isRead('A'), false);
    read('A', 'a');
    known.found('B', undefined);
    assert.deepEqual([known.isRead('A'), known.isRead('B'), known.instancesRead], [true, true, 2]);
    known.notWanted('A');
    assert.equal(known.isRead('A'), false);
    known.readAllAgain();
    assert.equal(known.instancesRead, 0);
  });

  it('is copied with all that it knows, and then learns by itself', () => {
    read('A', 'abc');
    nodes();
    const before = known;
    known = known.copy();
    assert.equal(nodes(), 'Aa Ab Bc Bd');
    assert.equal(known.isRead('A'), true);
    before.found('A', instanceWith('A', []));
    before.readAllAgain();
    before.end(endOf(''));
    assert.equal(nodes(), 'Aa Ab Bc Bd');
    assert.equal(known.isRead('A'), true);
  });
});
