import assert from 'node:assert/strict';
import { type Chunks, Renderings } from '../../src/web/renderings.js';
import type { FleetStatus } from '../../src/web/view/fleet-view.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { fleetOf, statusOf } from '../support/node-status-fixture.js';
import { readOneMember } from '../support/one-member.js';

describe('Renderings', () => {
  let clock: FakeClock;
  let fleet: FleetStatus;
  let begun: { readonly fleet: FleetStatus; readonly end: () => void }[];
  let renderings: Renderings;

  /** Renders the number of the rendering, once it is told to. */
  function render(asked: FleetStatus): Promise<Chunks> {
    return new Promise((resolve) => {
      const number = begun.length;
      begun.push({
        fleet: asked,
        end: () => resolve([Buffer.from('rendering '), Buffer.from(`${number}`)]),
      });
    });
  }

  const ask = async (kind = '/') => String(Buffer.concat((await renderings.get(kind, false, render)) ?? []));

  async function ended(which: number): Promise<void> {
    await settle();
    begun[which]?.end();
    await settle();
  }

  beforeEach(() => {
    clock = new FakeClock();
    fleet = fleetOf([statusOf(1)]);
    begun = [];
    renderings = new Renderings(() => fleet, clock);
  });

  it('renders once for all who ask while it renders, and for a second behind that', async () => {
    const asked = [ask(), ask()];
    await ended(0);
    await clock.advance(999);
    asked.push(ask());
    assert.deepEqual(await Promise.all(asked), ['rendering 0', 'rendering 0', 'rendering 0']);
    await clock.advance(1);
    const again = ask();
    await ended(1);
    assert.equal(await again, 'rendering 1');
  });

  it('renders again what was asked for after a change, once, whatever is under way', async () => {
    const before = ask();
    await settle();
    fleet = fleetOf([statusOf(2)]);
    const after = [ask(), ask()];
    await settle();
    assert.equal(begun.length, 1);
    fleet = { ...fleet, projects: [] };
    after.push(ask());
    await ended(0);
    await ended(1);
    assert.equal(await before, 'rendering 0');
    assert.deepEqual(await Promise.all(after), ['rendering 1', 'rendering 1', 'rendering 1']);
    assert.equal(begun[1]?.fleet, fleet);
  });

  it('renders again where only the projects have changed', async () => {
    const before = ask();
    await ended(0);
    await before;
    fleet = { ...fleet, projects: [] };
    const after = ask();
    await ended(1);
    assert.equal(await after, 'rendering 1');
  });

  it('renders again where only the answer to whether texts are shown has changed', async () => {
    const before = ask();
    await ended(0);
    await before;
    fleet = { ...fleet, statementTexts: 'open_listener' };
    const after = ask();
    await ended(1);
    assert.equal(await after, 'rendering 1');
  });

  it('renders one kind at a time', async () => {
    const asked = [ask('/'), ask('/api/v1/nodes')];
    await settle();
    assert.equal(begun.length, 1);
    await ended(0);
    await ended(1);
    assert.deepEqual(await Promise.all(asked), ['rendering 0', 'rendering 1']);
  });

  it('compresses a rendering once', async () => {
    const asked = [renderings.get('/', true, render), renderings.get('/', true, render)];
    await ended(0);
    const [first, second] = await Promise.all(asked);
    assert.equal(first, second);
    assert.equal(String(readOneMember(Buffer.concat(first ?? []))), 'rendering 0');
  });

  it('keeps the four kinds that were asked for last', async () => {
    const look = async (kind: string) => {
      const before = begun.length;
      const answer = ask(kind);
      await ended(before);
      await answer;
      return begun.length > before;
    };
    for (const kind of ['a', 'b', 'c', 'd']) {
      assert.equal(await look(kind), true);
    }
    assert.equal(await look('a'), false);
    assert.equal(await look('e'), true);
    assert.deepEqual([await look('a'), await look('b')], [false, true]);
  });

  it('takes no more than eight different ones at a time, and more once these are rendered', async () => {
    const asked = Array.from({ length: 8 }, (_, kind) => ask(`/?q=${kind}`));
    assert.equal(renderings.get('/?q=8', false, render), undefined);
    const again = ask('/?q=7');
    for (let which = 0; which < 8; which++) {
      await ended(which);
    }
    assert.equal(await again, await asked[7]);
    await Promise.all(asked);
    assert.notEqual(renderings.get('/?q=8', false, render), undefined);
  });

  it('renders on after a failure, and tries the same again after a second', async () => {
    const failing = () => Promise.reject(new Error('broken'));
    await assert.rejects(async () => renderings.get('/', false, failing), { message: 'broken' });
    await assert.rejects(async () => renderings.get('/', true, failing), { message: 'broken' });
    const other = ask('/api/v1/nodes');
    await ended(0);
    assert.equal(await other, 'rendering 0');
    await clock.advance(1_000);
    const again = ask();
    await ended(1);
    assert.equal(await again, 'rendering 1');
  });
});
