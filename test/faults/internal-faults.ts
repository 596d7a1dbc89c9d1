// A mistake of our own: the parser throws at what one node's file holds. Nobody has seen it yet, so it is made here.
import { Kernel } from '../../src/sessions/kernel/kernel.js';
import { csv } from './answers.js';
import { CANARIES, CANARY_SQL } from './canaries.js';
import type { Fault } from './fault.js';
import { GOOD_FILE } from './hostile-api.js';

/** No plain ASCII, so that the kernel asks what it says while it reads the rows. */
const POISON = 'poisön';

/** Until the end of the test run; nothing else has a user of that name. */
function makeMistake(): void {
  const { text } = Kernel.prototype;
  Kernel.prototype.text = function (start, end) {
    const decoded = text.call(this, start, end);
    if (decoded === POISON) {
      throw new TypeError(`${CANARY_SQL} of ${CANARIES.secretKey}`);
    }
    return decoded;
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
