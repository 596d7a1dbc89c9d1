import assert from 'node:assert/strict';
import { FILTERS, type Filter, type Snapshot } from '../../src/sessions/snapshot.js';
import { SETTINGS, snapshotOf } from './session-file.js';

const HEADER =
  'user,host,state,db,command,time,trx_id,trx_state,trx_executed_time,trx_lock_duration,trx_lock_rows,trx_lock_tables,trx_update_rows';
/** An active one, a slow one that waits for a lock, one that sleeps in a long transaction, one that sleeps, one of replication. */
const ROWS = {
  active: 'a,h,executing,shop,Query,3,,,,,,,',
  slow: 'a,h,updating,shop,Query,30,7,LOCK WAIT,30,12,1,1,0',
  long: 'b,h,,shop,Sleep,900,8,RUNNING,950,0,9,2,5',
  idle: 'b,h,,shop,Sleep,2000,,,,,,,',
  replication: 'system user,,,,Connect,86400,,,,,,,',
};
/** What the API lists. */
const LISTED: Readonly<Record<Filter, readonly (keyof typeof ROWS)[]>> = {
  total: ['active', 'slow', 'long', 'idle', 'replication'],
  active: ['active', 'slow', 'replication'],
  slow: ['slow', 'replication'],
  long: ['long'],
};

function listOf(filter: Filter, listed = LISTED[filter], columns = HEADER): Promise<Snapshot> {
  return snapshotOf([columns, ...listed.map((row) => ROWS[row])].join('\n'), { filter });
}

/** Of a snapshot, by figure; those of commands by the command, too. */
function figuresOf({ filter: _, listed: __, times, longest, dimensions, ...figures }: Snapshot) {
  const ofCommands: [string, unknown][] = times.flatMap(({ command, ...seconds }) =>
    Object.entries(seconds).map(([figure, value]): [string, unknown] => [`${figure} ${command}`, value]),
  );
  const ofClients = longest.map(({ command, seconds }): [string, unknown] => [`longest ${command}`, seconds]);
  const ofDimensions = [...dimensions].map(([name, counts]): [string, unknown] => [`by ${name}`, counts]);
  return new Map<string, unknown>([...Object.entries(figures), ...ofCommands, ...ofClients, ...ofDimensions]);
}

describe('a list of some sessions only', () => {
  it('gives no figure that the list of all sessions does not give', async () => {
    const all = figuresOf(await listOf('total'));
    for (const filter of FILTERS) {
      for (const [figure, value] of figuresOf(await listOf(filter))) {
        assert.deepEqual(value, all.get(figure), `${filter}: ${figure}`);
      }
    }
  });

  const LEFT: Readonly<Record<Exclude<Filter, 'total'>, readonly string[]>> = {
    active: [
      'active',
      'slow',
      'lockWaiting',
      'transactionLockWaitLongestSeconds',
      'totalSeconds Connect',
      'longestSeconds Connect',
      'totalSeconds Query',
      'longestSeconds Query',
      'longest Query',
    ],
    slow: ['slow', 'longestSeconds Query', 'longest Query'],
    long: ['transactionLongestSeconds'],
  };
  for (const filter of ['active', 'slow', 'long'] as const) {
    it(`keeps with ${filter} the figures that need no other session, and says which list it was`, async () => {
      const snapshot = await listOf(filter);
      assert.deepEqual([...figuresOf(snapshot).keys()].sort(), LEFT[filter].toSorted());
      assert.deepEqual([snapshot.filter, snapshot.listed], [filter, LISTED[filter].length]);
    });
  }

  it('knows no longest one where it lists none, as a shorter one may be there', async () => {
    assert.deepEqual(figuresOf(await listOf('long', [])).size, 0);
    assert.deepEqual([...figuresOf(await listOf('slow', ['replication'])).entries()], [['slow', 0]]);
    // Nobody waits: all who would are listed.
    const { lockWaiting, active, transactionLockWaitLongestSeconds } = await listOf('active', []);
    assert.deepEqual([lockWaiting, active, transactionLockWaitLongestSeconds], [0, 0, 0]);
  });

  it('has no seconds of all commands together, nor of the rest of them', async () => {
    const noCommand = await listOf('active', undefined, HEADER.replace('command', 'unknown'));
    assert.deepEqual(noCommand.times, []);
    const few = { enabled: true, maxValues: 1 };
    const file = [HEADER, ROWS.active, ROWS.slow, ROWS.replication].join('\n');
    const dimensions = { ...SETTINGS.dimensions, command: few };
    const { times } = await snapshotOf(file, { filter: 'active', dimensions });
    assert.deepEqual(
      times.map(({ command }) => command),
      ['Query'],
    );
  });
});
