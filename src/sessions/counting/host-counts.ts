// Sessions by client host, without the port. Hosts that may end in a port or not are counted apart until the whole file has
// shown whether its hosts carry ports.
import { cellText } from '../cells.js';
import type { HostGroups } from '../hosts/host-groups.js';
import {
  ASK_THE_TEXT,
  hostEnd,
  lastGroupLooksLikePort,
  readHost,
  saysNoPorts,
  withoutLastGroup,
} from '../hosts/hosts.js';
import type { Kernel } from '../kernel/kernel.js';
import { IS_HOST, NO_FIELD, NO_PORTS, SEEN, SETTLED, UNCLEAR_HOSTS, WITH_PORT } from '../kernel/layout.js';
import { TextColumn } from './text-column.js';

/** Hosts read again before the event loop goes on: some 2 ms. */
const SLICE = 1_024;

export class HostCounts {
  readonly column: TextColumn;
  readonly #kernel: Kernel;
  readonly unclear: TextColumn;
  /** Of the sessions whose host the kernel did not count: those with a port, and those whose host says that there are none. */
  #withPort = 0;
  #withoutPort = 0;

  constructor(kernel: Kernel, address: number, field: number, groups: HostGroups) {
    this.#kernel = kernel;
    this.column = new TextColumn(kernel, address, field, {
      kind: IS_HOST,
      labelOf: (host) => groups.label(host),
      marksOf: (host) => (saysNoPorts(host) ? NO_PORTS : 0),
      asked: groups.areNone ? 'none' : 'all',
    });
    this.unclear = new TextColumn(kernel, UNCLEAR_HOSTS, NO_FIELD);
  }

  /** As CellAnswers has it. */
  oddHost(start: number, end: number): number {
    const place = hostEnd(this.#kernel.bytes, start, end);
    if (place !== ASK_THE_TEXT && place >= 0) {
      return place;
    }
    const seen =
      place === ASK_THE_TEXT ? this.#addText(this.#kernel.text(start, end)) : this.unclear.count(start, end);
    this.#kernel.setWord(this.column.address + SEEN, seen);
    return 0;
  }

  /**
   * Called when the whole file is read. Where some hosts carry a port and others do not, the more frequent decide:
   * what has no port may be a thread of the server's own. Yields where the event loop may go on.
   */
  *settle(): Generator<void, void, undefined> {
    const unclear = this.unclear;
    const carryPorts = unclear.hasTexts ? yield* this.#carryPorts() : undefined;
    let looked = 0;
    for (const label of unclear.texts()) {
      const active = unclear.activeOf(label);
      const sessions = unclear.takeSessions(label);
      if (sessions > 0) {
        const host = unclear.nameOf(label);
        const endsInPort = carryPorts ?? lastGroupLooksLikePort(host);
        const text = this.column.addText(endsInPort ? withoutLastGroup(host) : host, sessions, active);
        unclear.setLabel(label, this.column.labelOf(text));
        unclear.setMarks(label, SETTLED);
      }
      if (++looked % SLICE === 0) {
        yield;
      }
    }
  }

  /** Whether the hosts of the file carry ports; undefined where none shows it. */
  *#carryPorts(): Generator<void, boolean | undefined, undefined> {
    const withPort = this.#withPort + this.#kernel.word(WITH_PORT);
    let withoutPort = this.#withoutPort;
    let looked = 0;
    for (const text of this.column.texts()) {
      const sessions = this.column.withoutPort(text);
      if (sessions > 0 && this.#saysNoPorts(text)) {
        withoutPort += sessions;
      }
      if (++looked % SLICE === 0) {
        yield;
      }
    }
    return withPort + withoutPort === 0 ? undefined : withPort >= withoutPort;
  }

  /** Of a text that was cut the marks say it, of a plain one its name. */
  #saysNoPorts(text: number): boolean {
    return (this.column.marksOf(text) & NO_PORTS) !== 0 || saysNoPorts(cellText(this.column.nameOf(text)));
  }

  /** Returns what it is kept as. */
  #addText(written: string): number {
    const { host, port } = readHost(cellText(written) ?? '');
    if (port === 'unclear') {
      return this.unclear.addText(host);
    }
    if (port === 'written') {
      this.#withPort++;
    } else if (saysNoPorts(cellText(host))) {
      this.#withoutPort++;
    }
    return this.column.addText(host);
  }
}
