// Sessions → one snapshot. Knows nothing of CSV but which columns the file has.
import type { ColumnName, NumberColumn } from '../../../src/sessions/columns.js';
import type { Dimension } from '../../../src/sessions/dimensions.js';
import type { SessionSettings } from '../../../src/sessions/read-snapshot.js';
import type { SessionDetails } from '../../../src/sessions/session-details.js';
import type {
  Counted,
  DimensionCounts,
  LongestTime,
  SessionTime,
  Snapshot,
  UnreadableNumbers,
} from '../../../src/sessions/snapshot.js';
import { cellText, UNREADABLE } from './cells.js';
import { groupOf } from './host-groups.js';
import { hostsWithoutPorts } from './hosts.js';
import { labelText, OTHER } from './label-text.js';
import type { Reading, Session } from './session.js';
import { detailsOf } from './session-details.js';
import { topValues } from './top-values.js';

const DIMENSION_COLUMNS = [
  ['state', 'state'],
  ['user', 'user'],
  ['host', 'host'],
  ['database', 'db'],
  ['command', 'command'],
] as const;
type KnownDimension = (typeof DIMENSION_COLUMNS)[number][0];

interface CommandTime {
  readonly command: string | undefined;
  readonly seconds: Reading;
  readonly isServerThread: boolean;
}

export class SessionAggregate {
  /** What is wrong with them is not told. */
  readonly unreadable = new Map<NumberColumn, UnreadableNumbers>();
  readonly #settings: SessionSettings;
  readonly #columns: ReadonlySet<ColumnName>;
  /** The dimensions shown: sessions by label text. */
  readonly #counts = new Map<KnownDimension, Map<string, number>>();
  readonly #sessionsRead: Session[] = [];
  readonly #times: CommandTime[] = [];
  /** Of the sessions that take part in the figure. */
  readonly #activeTimes: Reading[] = [];
  readonly #ages: Reading[] = [];
  readonly #lockWaits: Reading[] = [];
  readonly #rowsLocked: Reading[] = [];
  readonly #tablesLocked: Reading[] = [];
  readonly #rowsModified: Reading[] = [];
  #sessions = 0;
  #active = 0;
  #idleInTransaction = 0;
  #lockWaiting = 0;
  #transactionsOpen = 0;

  constructor(columns: ReadonlySet<ColumnName>, settings: SessionSettings) {
    this.#columns = columns;
    this.#settings = settings;
    for (const [dimension, column] of DIMENSION_COLUMNS) {
      if (settings.dimensions[dimension].enabled && columns.has(column)) {
        this.#counts.set(dimension, new Map());
      }
    }
  }

  add(session: Session): void {
    this.#sessions++;
    for (const [dimension, counts] of this.#counts) {
      if (dimension !== 'host') {
        addTo(counts, session[dimension]);
      }
    }
    this.#sessionsRead.push(session);
    this.#note('time', session.seconds);
    if (!session.isReplication) {
      this.#times.push({
        command: session.command,
        seconds: session.seconds,
        isServerThread: session.isServerThread,
      });
      if (session.isActive) {
        this.#active++;
        this.#activeTimes.push(session.seconds);
      }
    }
    const { hasTransaction = true } = session;
    if (session.isStateWaiting || (hasTransaction && session.isRowWaiting)) {
      this.#lockWaiting++;
    }
    if (hasTransaction) {
      this.#addTransaction(session);
    }
  }

  /** `previous`, the node's snapshot before, decides which of the less frequent values stay shown. */
  toCounted(previous?: Pick<Snapshot, 'dimensions'>): Counted {
    const has = (...columns: readonly ColumnName[]): boolean =>
      columns.every((name) => this.#columns.has(name));
    const dimensions = new Map<Dimension, DimensionCounts>();
    this.#countHosts();
    for (const [dimension, counts] of this.#counts) {
      const shownBefore = new Set(previous?.dimensions.get(dimension)?.values.map(({ value }) => value));
      dimensions.set(
        dimension,
        topValues(counts, this.#settings.dimensions[dimension].maxValues, shownBefore),
      );
    }
    return {
      sessions: this.#sessions,
      lockWaiting: this.#lockWaiting,
      ...(has('command') && { active: this.#active }),
      ...(has('command', 'time') &&
        isKnown(this.#activeTimes) && { slow: numbersFrom(this.#settings.slowSeconds, this.#activeTimes) }),
      ...(has('command', 'trx_id') && { idleInTransaction: this.#idleInTransaction }),
      ...(has('trx_id') && { transactionsOpen: this.#transactionsOpen }),
      ...(has('trx_id', 'trx_executed_time') &&
        isKnown(this.#ages) && {
          transactionsLong: numbersFrom(this.#settings.longTransactionSeconds, this.#ages),
        }),
      ...(has('trx_executed_time') &&
        isKnown(this.#ages) && { transactionLongestSeconds: longest(this.#ages) }),
      ...(has('trx_lock_rows') &&
        isKnown(this.#rowsLocked) && { transactionRowsLocked: sum(this.#rowsLocked) }),
      ...(has('trx_lock_tables') &&
        isKnown(this.#tablesLocked) && { transactionTablesLocked: sum(this.#tablesLocked) }),
      ...(has('trx_update_rows') &&
        isKnown(this.#rowsModified) && { transactionRowsModified: sum(this.#rowsModified) }),
      ...(has('trx_lock_duration') &&
        isKnown(this.#lockWaits) && { transactionLockWaitLongestSeconds: longest(this.#lockWaits) }),
      times: has('time') ? this.#commandTimes(dimensions.get('command')) : [],
      longest: has('time') ? this.#longest(dimensions.get('command')) : [],
      dimensions,
    };
  }

  #addTransaction(session: Session): void {
    this.#transactionsOpen++;
    if (session.isSleeping) {
      this.#idleInTransaction++;
    }
    const age = this.#note('trx_executed_time', session.transactionSeconds);
    const wait = this.#note('trx_lock_duration', session.lockWaitSeconds);
    if (!session.isReplication) {
      this.#ages.push(age);
      this.#lockWaits.push(wait);
    }
    this.#rowsLocked.push(this.#note('trx_lock_rows', session.rowsLocked));
    this.#tablesLocked.push(this.#note('trx_lock_tables', session.tablesLocked));
    this.#rowsModified.push(this.#note('trx_update_rows', session.rowsModified));
  }

  #note(column: NumberColumn, reading: Reading): Reading {
    if (reading === UNREADABLE) {
      this.unreadable.set(column, { cells: (this.unreadable.get(column)?.cells ?? 0) + 1, fault: '' });
    }
    return reading;
  }

  details(): SessionDetails {
    const shown = [...this.#counts.keys()];
    const hosts = this.#hostLabels();
    const sessions = this.#sessionsRead.map((session, index) => ({
      session,
      labels: Object.fromEntries(
        shown.map((dimension) => [
          dimension,
          dimension === 'host' ? (hosts[index] ?? '') : session[dimension],
        ]),
      ),
    }));
    return detailsOf(sessions, shown, this.#columns);
  }

  #countHosts(): void {
    const counts = this.#counts.get('host');
    for (const label of counts === undefined ? [] : this.#hostLabels()) {
      addTo(counts ?? new Map(), label);
    }
  }

  /** Of each session. */
  #hostLabels(): string[] {
    const written = this.#sessionsRead.map(({ host }) => host);
    const hosts = this.#settings.stripPort ? hostsWithoutPorts(written) : written;
    return hosts.map((host) => {
      // A host may be nothing but a port.
      const meant = host === undefined ? host : cellText(host);
      const [bare] = this.#settings.stripPort ? [meant] : hostsWithoutPorts([meant]);
      return groupOf(bare, this.#settings.hostGroups) ?? labelText(meant);
    });
  }

  #commandTimes(commands: DimensionCounts | undefined): readonly SessionTime[] {
    return shownCommands(commands).flatMap((command) => {
      const times = this.#timesOf(command, commands).map(({ seconds }) => seconds);
      return isKnown(times) ? [{ command, totalSeconds: sum(times), longestSeconds: longest(times) }] : [];
    });
  }

  #longest(commands: DimensionCounts | undefined): readonly LongestTime[] {
    return shownCommands(commands).flatMap((command) => {
      const clients = this.#timesOf(command, commands).filter(({ isServerThread }) => !isServerThread);
      const times = clients.map(({ seconds }) => seconds);
      return numbersIn(times).length > 0 ? [{ command, seconds: longest(times) }] : [];
    });
  }

  #timesOf(command: string | undefined, commands: DimensionCounts | undefined): readonly CommandTime[] {
    const shown = shownCommands(commands);
    return this.#times.filter(
      (one) => commands === undefined || (shown.includes(one.command) ? one.command : OTHER) === command,
    );
  }
}

function shownCommands(commands: DimensionCounts | undefined): readonly (string | undefined)[] {
  return commands?.values.map(({ value }) => value) ?? [undefined];
}

function addTo(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** Of cells of which none can be read, a figure is not known. */
function isKnown(readings: readonly Reading[]): boolean {
  return numbersIn(readings).length > 0 || !readings.includes(UNREADABLE);
}

function numbersIn(readings: readonly Reading[]): number[] {
  return readings.filter((reading) => typeof reading === 'number');
}

function numbersFrom(least: number, readings: readonly Reading[]): number {
  return numbersIn(readings).filter((number) => number >= least).length;
}

function longest(readings: readonly Reading[]): number {
  return Math.max(0, ...numbersIn(readings));
}

function sum(readings: readonly Reading[]): number {
  return numbersIn(readings).reduce((a, b) => a + b, 0);
}
