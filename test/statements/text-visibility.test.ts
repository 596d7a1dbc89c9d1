import assert from 'node:assert/strict';
import { STATEMENT_MODES, textVisibility } from '../../src/statements/text-visibility.js';

describe('textVisibility', () => {
  it('lets auto depend on who can read, and nothing else', () => {
    const answers = STATEMENT_MODES.map((mode) => [
      mode,
      textVisibility(mode, true),
      textVisibility(mode, false),
    ]);
    assert.deepEqual(answers, [
      ['auto', 'shown', 'open_listener'],
      ['normalized', 'shown', 'shown'],
      ['digest', 'digest', 'digest'],
      ['off', 'off', 'off'],
    ]);
  });
});
