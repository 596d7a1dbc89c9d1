// A mistake of our own: the parser throws at what one node's file holds. Nobody has seen it yet, so it is made here.
import { SessionAggregate } from '../../src/sessions/counting/session-aggregate.js';
import { csv } from './answers.js';
import { CANARIES, CANARY_SQL } from './canaries.js';
import type { Fault } from './fault.js';
import { GOOD_FILE } from './hostile-api.js';

const POISON = 'poison';

/** Until the end of the test run; nothing else has a user of that name. */
function makeMistake(): void {
  const add = SessionAggregate.prototype.add;
  SessionAggregate.prototype.add = function (record) {
    if (record.written().includes(POISON)) {
      throw new TypeError(`${CANARY_SQL} of ${CANARIES.secretKey}`);
    }
    add.call(this, record);
  };
}

export const INTERNAL_FAULTS: readonly Fault[] = [
  {
    what: 'S10 the parser throws',
    meanwhile: () => {
      makeMistake();
      return {};
    },
    download: csv(GOOD_FILE.replace('reports', POISON)),
    requests: { submit: 1, wait: 1, download: 1 },
    says: /collection: got an unforeseen TypeError, expected a snapshot/u,
  },
];
