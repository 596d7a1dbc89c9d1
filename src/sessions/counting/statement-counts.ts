// The kernel's counters of shapes → what the active sessions run, by digest.
import { joinCut } from '../../statements/join-cut.js';
import type { Shape, SqlMode } from '../../statements/shape.js';
import type { Statement } from '../../statements/statement.js';
import { StatementCache } from '../../statements/statement-cache.js';
import { CUT_SIGN, statementOf } from '../../statements/statement-of.js';
import type { Kernel } from '../kernel/kernel.js';
import {
  COUNTER_FLAGS,
  COUNTER_HASH,
  COUNTER_HOSTS,
  COUNTER_INHERITED,
  COUNTER_LENGTH,
  COUNTER_SECONDS,
  COUNTER_SESSIONS,
  COUNTER_SHAPE,
  COUNTER_USERS,
  COUNTERS,
  COUNTERS_TAKEN,
  HOST_COLUMN,
  INFO_FIELD,
  MAX_SHARES,
  REST_ERROR,
  REST_SECONDS,
  REST_SESSIONS,
  SHARE_BYTES,
  SHARE_LABEL,
  SHARE_SESSIONS,
  USER_COLUMN,
  WORD,
} from '../kernel/layout.js';
import type { StatementCount, StatementCounts, ValueCount } from '../snapshot.js';
import { figureAt, merged, type NumberFigure } from './number-figure.js';
import type { TextColumn } from './text-column.js';

/** What the configuration decides about statements. */
export interface StatementSettings {
  readonly sqlMode: SqlMode;
  /** Distinct ones counted apart, 1 to 1,024. */
  readonly shapes: number;
  /** Characters of a text that are kept; 0: none, only digests. */
  readonly maxText: number;
  /** How many with the most sessions are kept in a snapshot, and as many with the most time. */
  readonly shown: number;
  /** How many are published as series; absent: none. */
  readonly maxValues?: number;
}

/** The columns of the file that statements are counted by. */
export interface StatementColumns {
  /** The field, as layout.ts has it. */
  readonly info: number;
  readonly hasTime: boolean;
  /** Undefined where they are not shown. */
  readonly users: TextColumn | undefined;
  readonly hosts: TextColumn | undefined;
}

/** How many users, and how many hosts, are told of a statement. */
const MOST_SHARES_SHOWN = 3;
/** How many bytes of new shapes are normalised before the event loop gets on: about 1 ms. */
const SLICE = 2_048;
/** The first half of a character beyond U+FFFF, in UTF-16. */
const HALF_CHARACTER = /[\ud800-\udbff]$/;

/** Shared by all nodes: they run the same statements again and again. */
const STATEMENTS = new StatementCache(statementOf);

/** Active sessions that run the same statement. */
interface Running {
  readonly statement: Statement;
  readonly sessions: number;
  readonly seconds: NumberFigure;
  /** One for each of its shapes. */
  readonly counters: readonly number[];
}

export class StatementTally {
  readonly #kernel: Kernel;
  readonly #settings: StatementSettings;
  readonly #columns: StatementColumns;
  #running: readonly Running[] = [];
  /** With texts as they are shown. */
  readonly #shown = new Map<Statement, Statement>();
  #byCounter: ReadonlyMap<number, Statement> | undefined;

  /** Has the kernel count from now on. */
  constructor(kernel: Kernel, settings: StatementSettings, columns: StatementColumns) {
    this.#kernel = kernel;
    this.#settings = settings;
    this.#columns = columns;
    kernel.readStatements(settings.sqlMode, 0);
    kernel.setWord(INFO_FIELD, columns.info);
    kernel.setWord(USER_COLUMN, columns.users?.address ?? 0);
    kernel.setWord(HOST_COLUMN, columns.hosts?.address ?? 0);
    kernel.run.makeCounters(settings.shapes);
  }

  /** Called when the whole file is read. Yields where the event loop may go on. */
  *counted(): Generator<void, StatementCounts, undefined> {
    this.#kernel.run.rankShares();
    const running = withoutCutOnes(yield* this.#byDigest()).sort(bySessions);
    this.#running = running;
    const { shown: most } = this.#settings;
    const byTime = [...running].sort((a, b) => b.seconds.total - a.seconds.total);
    const kept = new Set([...running.slice(0, most), ...byTime.slice(0, most)]);
    const rest = running.filter((one) => !kept.has(one));
    const letGo = this.#kernel.word(REST_SESSIONS);
    return {
      sessions: sessionsOf(running) + letGo,
      shown: running.filter((one) => kept.has(one)).map((one) => this.#count(one)),
      rest: {
        sessions: sessionsOf(rest) + letGo,
        ...this.#total(
          rest.map(({ seconds }) => seconds).reduce(merged, figureAt(this.#kernel, REST_SECONDS)),
        ),
      },
      distinct: running.length,
      error: this.#kernel.word(REST_ERROR),
    };
  }

  /** What a counter counts, once all are counted, with its text as it is shown. */
  statementOf(counter: number): Statement | undefined {
    this.#byCounter ??= new Map(
      this.#running.flatMap(({ statement, counters }) => counters.map((one) => [one, statement] as const)),
    );
    const statement = this.#byCounter.get(counter);
    return statement && this.#shownAs(statement);
  }

  *#byDigest(): Generator<void, ReadonlyMap<string, Running>, undefined> {
    const kernel = this.#kernel;
    const running = new Map<string, Running>();
    const counters = kernel.word(COUNTERS);
    const end = counters + WORD * kernel.word(COUNTERS_TAKEN);
    let normalised = 0;
    for (let place = counters; place < end; place += WORD) {
      const counter = kernel.word(place);
      const statement = STATEMENTS.statementOf(kernel.longWord(counter + COUNTER_HASH), () => {
        const shape = shapeOf(kernel, counter);
        normalised += shape.bytes.length;
        return shape;
      });
      // Nothing is left of a lone semicolon.
      if (statement.text !== '') {
        const one = {
          statement,
          sessions: kernel.word(counter + COUNTER_SESSIONS) - kernel.word(counter + COUNTER_INHERITED),
          seconds: figureAt(kernel, counter + COUNTER_SECONDS),
          counters: [counter],
        };
        const { digest } = statement;
        const other = running.get(digest);
        running.set(digest, other === undefined ? one : joined(other, one));
      }
      if (normalised >= SLICE) {
        normalised = 0;
        yield;
      }
    }
    return running;
  }

  #count({ statement, sessions, seconds, counters }: Running): StatementCount {
    const { users, hosts } = this.#columns;
    return {
      statement: this.#shownAs(statement),
      sessions,
      ...this.#total(seconds),
      ...(this.#isTold(seconds) && { longestSeconds: seconds.longest }),
      users: users ? this.#largest(counters, COUNTER_USERS, users) : [],
      hosts: hosts ? this.#largest(counters, COUNTER_HOSTS, hosts) : [],
    };
  }

  #largest(counters: readonly number[], shares: number, column: TextColumn): readonly ValueCount[] {
    const sessions = new Map<number, number>();
    // The kernel has ranked those of each counter.
    const looked = counters.length === 1 ? MOST_SHARES_SHOWN : MAX_SHARES;
    for (const counter of counters) {
      const start = counter + shares;
      for (let share = start; share < start + looked * SHARE_BYTES; share += SHARE_BYTES) {
        const label = this.#kernel.word(share + SHARE_LABEL);
        if (label === 0) {
          break;
        }
        sessions.set(label, (sessions.get(label) ?? 0) + this.#kernel.word(share + SHARE_SESSIONS));
      }
    }
    return [...sessions]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_SHARES_SHOWN)
      .map(([label, some]) => ({ value: column.shownName(label), sessions: some }));
  }

  #shownAs(statement: Statement): Statement {
    const shown = this.#shown.get(statement) ?? withText(statement, this.#settings.maxText);
    this.#shown.set(statement, shown);
    return shown;
  }

  #total(seconds: NumberFigure): { readonly totalSeconds?: number } {
    return this.#isTold(seconds) ? { totalSeconds: seconds.total } : {};
  }

  #isTold({ isKnown }: NumberFigure): boolean {
    return this.#columns.hasTime && isKnown;
  }
}

function shapeOf(kernel: Kernel, counter: number): Shape {
  return kernel.shapeAt(
    kernel.word(counter + COUNTER_SHAPE),
    kernel.word(counter + COUNTER_LENGTH),
    kernel.word(counter + COUNTER_FLAGS),
  );
}

/** Each text that was cut is counted as the only one that it can be the beginning of. */
function withoutCutOnes(byDigest: ReadonlyMap<string, Running>): Running[] {
  const statements = [...byDigest.values()].map(({ statement }) => statement);
  if (!statements.some(({ isCut }) => isCut)) {
    return [...byDigest.values()];
  }
  const left = new Map(byDigest);
  for (const [digest, target] of joinCut(statements)) {
    const cut = left.get(digest);
    const whole = left.get(target);
    if (cut !== undefined && whole !== undefined) {
      left.delete(digest);
      left.set(target, joined(whole, cut));
    }
  }
  return [...left.values()];
}

/** Both together, as the first one's. */
function joined(a: Running, b: Running): Running {
  return {
    statement: a.statement,
    sessions: a.sessions + b.sessions,
    seconds: merged(a.seconds, b.seconds),
    counters: [...a.counters, ...b.counters],
  };
}

function bySessions(a: Running, b: Running): number {
  return (
    b.sessions - a.sessions ||
    b.seconds.total - a.seconds.total ||
    (a.statement.digest < b.statement.digest ? -1 : 1)
  );
}

function sessionsOf(running: readonly Running[]): number {
  return running.reduce((all, { sessions }) => all + sessions, 0);
}

/** With at most `maxText` characters of its text. What is cut is copied: a slice would keep the whole text in memory. */
function withText(statement: Statement, maxText: number): Statement {
  const { text } = statement;
  if (text.length <= maxText) {
    return statement;
  }
  const kept = text.slice(0, Math.max(maxText - CUT_SIGN.length, 0)).replace(HALF_CHARACTER, '');
  return { ...statement, text: maxText === 0 ? '' : Buffer.from(kept + CUT_SIGN).toString() };
}
