// Who is plainly ahead of a session that waits, by what their statements say.
import { remembered } from './remembered.js';
import { areOnOneTable, FLUSH_STATE, type Party, type Wait } from './waits.js';
import { ageWeight, tableWeight, usesTable } from './weights.js';

/** That somebody may be in the way of a change: less, such as one in another database, is no reason for it to wait. */
const REASON = 0.1;

export class Ahead {
  readonly #suspects: readonly Party[];
  readonly #waits: readonly Wait[];
  /** By class of waits: who runs a statement that is in the way. */
  readonly #users = new Map<number, readonly Party[]>();
  /** By class of waits: who wants the same table for itself, before all others. */
  readonly #heads = new Map<number, Wait | undefined>();
  readonly #withHead = new Map<number, readonly Party[]>();
  readonly #withHolders = new Map<readonly Party[], readonly Party[]>();
  readonly #haveReason = new Map<Wait, boolean>();
  /** Those that want a table for themselves, by their class. */
  readonly #changes = new Map<number, Wait[]>();

  constructor(suspects: readonly Party[], waits: readonly Wait[]) {
    this.#suspects = suspects;
    this.#waits = waits;
    for (const wait of waits) {
      if (wait.kind === 'table' && !wait.isOfEngine && wait.statement?.isExclusive === true) {
        this.#changes.set(wait.waitClass, [...(this.#changes.get(wait.waitClass) ?? []), wait]);
      }
    }
  }

  /**
   * Of waits of one class for which the same are ahead, the same array.
   * @param rowHolders who holds locks of rows of the table that is waited for, as far as is known: one array for each class
   */
  of(wait: Wait, rowHolders: (wait: Wait) => readonly Party[]): readonly Party[] {
    switch (wait.kind) {
      case 'row':
        return [];
      case 'server':
        return wait.statement?.isOfServer === true ? this.#atWork(wait) : this.#serverHeads(wait);
      case 'table':
        return this.#onTable(wait, rowHolders);
    }
  }

  #onTable(wait: Wait, rowHolders: (wait: Wait) => readonly Party[]): readonly Party[] {
    const head = this.#headOf(wait);
    const users = this.#usersOf(wait);
    if (head !== undefined) {
      return remembered(this.#withHead, wait.waitClass, () => [...users, head]);
    }
    if (wait.statement?.isExclusive !== true) {
      return users;
    }
    const holders = rowHolders(wait);
    return remembered(this.#withHolders, holders, () => [...new Set([...users, ...holders])]);
  }

  #usersOf(wait: Wait): readonly Party[] {
    return remembered(this.#users, wait.waitClass, () => {
      const isInWayOfAny = wait.isOfEngine || wait.statement?.isExclusive === true;
      return this.#suspects.filter(
        (party) => usesTable(party, wait) && (isInWayOfAny || party.statement?.isExclusive === true),
      );
    });
  }

  /** The first that wants the table for itself: all that come later wait for it. */
  #headOf(wait: Wait): Wait | undefined {
    const first = remembered(this.#heads, wait.waitClass, () => this.#firstOf(wait));
    if (first === undefined || first === wait) {
      return undefined;
    }
    // A change that did not come later itself: others wait for it, by a second that is rounded.
    const isChange = wait.statement?.isExclusive === true;
    return first.seconds > (isChange ? wait.seconds : wait.seconds - 2) ? first : undefined;
  }

  /** Of two of one second it is not known which is the first. */
  #firstOf(wait: Wait): Wait | undefined {
    const rivals = [...this.#changes.values()]
      .filter(([some]) => some !== undefined && areOnOneTable(some, wait) === true)
      .flat();
    const longest = rivals.reduce((most, { seconds }) => Math.max(most, seconds), 0);
    const [first, second] = rivals.filter(({ seconds }) => seconds === longest);
    const isFirst = first !== undefined && second === undefined && this.#hasReason(first);
    return isFirst ? first : undefined;
  }

  /** Where the list shows nobody in its way, the table may be locked by LOCK TABLES, and then nobody waits for the change. */
  #hasReason(head: Wait): boolean {
    return remembered(this.#haveReason, head, () =>
      this.#suspects.some(
        (party) =>
          usesTable(party, head) || tableWeight(party, head) * ageWeight(party, head, head.seconds) > REASON,
      ),
    );
  }

  #serverHeads(wait: Wait): readonly Wait[] {
    const heads = this.#waits.filter(
      ({ kind, statement, seconds }) =>
        kind === 'server' && statement?.isOfServer === true && seconds >= wait.seconds - 1,
    );
    return heads.length === 1 ? heads : [];
  }

  /** Statements that must end before tables can be flushed, or the server be locked. */
  #atWork(wait: Wait): readonly Party[] {
    const isFlush = FLUSH_STATE.test(wait.session.state ?? '');
    return this.#suspects.filter(
      ({ session, statement, isWaiting }) =>
        !isWaiting &&
        session.isActive &&
        statement !== undefined &&
        statement.tables.length > 0 &&
        (statement.isWriting || isFlush) &&
        (session.seconds ?? -1) >= wait.seconds,
    );
  }
}
