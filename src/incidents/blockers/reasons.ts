// Why a session is named as a blocker, in whole phrases, in which no text of the session list is.
import type { NotableSession } from '../../sessions/session-details.js';
import { counted } from '../../visible-text.js';
import { areOnOneTable, type Party, type Wait } from './waits.js';

/** @param waits those that wait for it directly */
export function reasonsOf(party: Party, waits: readonly Wait[], waiting: number): readonly string[] {
  return [...standing(party), ...holdings(party.session), ...relations(party, waits, waiting)];
}

/** What it does. */
function standing({ session, isWaiting }: Party): readonly string[] {
  const { isSleeping, seconds, transaction } = session;
  const lasting = seconds === undefined ? '' : ` for ${seconds} s`;
  if (isWaiting) {
    return [`waits itself${lasting}`];
  }
  if (isSleeping) {
    return [transaction === undefined ? `idle${lasting}` : `idle in transaction${lasting}`];
  }
  return [`its statement has run${lasting || ' since before'}`];
}

function holdings({ transaction }: NotableSession): readonly string[] {
  const { rowsModified = 0, rowsLocked = 0 } = transaction ?? {};
  return [
    ...(rowsModified > 0 ? [`has modified ${counted(rowsModified, 'row')} and not committed`] : []),
    ...(rowsLocked > 0 ? [`holds locks of ${counted(rowsLocked, 'row')}`] : []),
  ];
}

/** What it has to do with those that wait. */
function relations(party: Party, waits: readonly Wait[], waiting: number): readonly string[] {
  const { session, database, isWaiting } = party;
  const age = session.transaction?.seconds;
  const oldest = Math.max(...waits.map(({ seconds }) => seconds));
  const isOnTable = waits.some((wait) => areOnOneTable(party, wait) === true);
  const ahead = isWaiting ? aheadBy(party) : [];
  const isOlder = !isWaiting && age !== undefined && age > oldest;
  const isOfDatabase = database !== '' && waits.every((wait) => wait.database === database);
  return [
    ...(isOnTable && ahead.length === 0 ? ['runs a statement on the table that they wait for'] : []),
    ...ahead,
    ...(isOlder
      ? [
          `its transaction began ${age - oldest} s before the first of ${counted(waiting, 'session')} began to wait`,
        ]
      : []),
    ...(isOfDatabase ? ['same database'] : []),
  ];
}

/** What it waits for itself, before all others. */
function aheadBy({ statement }: Party): readonly string[] {
  if (statement?.isOfServer === true) {
    return ['waits for the lock of the server, and those that came later wait behind it'];
  }
  return statement?.isExclusive === true
    ? ['waits to have the table for itself, and those that came later wait behind it']
    : [];
}
