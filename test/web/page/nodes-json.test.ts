import assert from 'node:assert/strict';
import { renderNodesJson } from '../../../src/web/page/nodes-json.js';
import { viewFleet } from '../../../src/web/view/fleet-view.js';
import { FakeClock } from '../../support/fake-clock.js';
import { fleetOf, NOW, statusOf, UNTRIED_STATUS } from '../../support/node-status-fixture.js';

describe('renderNodesJson', () => {
  for (const statuses of [[], [statusOf(1)], [statusOf(1), UNTRIED_STATUS, statusOf(2)]]) {
    it(`is the view of the fleet, of ${statuses.length} nodes`, async () => {
      const clock = new FakeClock(NOW);
      const text = String(Buffer.concat(await renderNodesJson(fleetOf(statuses), clock)));
      assert.equal(text, `${JSON.stringify(viewFleet(fleetOf(statuses), clock.monotonic()))}\n`);
    });
  }

  it('shares the text of what has not changed', async () => {
    const clock = new FakeClock(NOW);
    const [first, second] = [statusOf(1), statusOf(2)];
    const before = await renderNodesJson(fleetOf([first, second]), clock);
    const after = await renderNodesJson(fleetOf([first, { ...second }]), clock);
    assert.equal(after[1]?.buffer, before[1]?.buffer);
    assert.equal(after[1]?.byteOffset, before[1]?.byteOffset);
  });
});
