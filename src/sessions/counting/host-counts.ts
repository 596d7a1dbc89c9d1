// Sessions by client host, without the port. Hosts that may end in a port or not are counted apart until the whole file has
// shown whether its hosts carry ports.
import { cellText } from '../cells.js';
import type { HostGroups } from '../host-groups.js';
import {
  ASK_THE_TEXT,
  hostEnd,
  lastGroupLooksLikePort,
  readHost,
  saysNoPorts,
  withoutLastGroup,
} from '../hosts.js';
import type { CsvRecord } from '../scanner/record-scanner.js';
import { LabelCounts } from './label-counts.js';

/** Mark of a host. */
const NO_PORTS = 1;

export class HostCounts {
  readonly #counts: LabelCounts;
  #unclear = new LabelCounts();
  /** Sessions whose host is plain to read, with a port and without. */
  #withPort = 0;
  #withoutPort = 0;

  constructor(groups: HostGroups) {
    this.#counts = new LabelCounts(
      (host) => (saysNoPorts(host) ? NO_PORTS : 0),
      (host) => groups.label(host),
    );
  }

  add(record: CsvRecord, start: number, end: number): void {
    const place = hostEnd(record.bytes, start, end);
    if (place === ASK_THE_TEXT) {
      this.#addText(record.bytes.toString('utf8', start, end));
    } else if (place < 0) {
      this.#unclear.add(record.view, start, end);
    } else {
      this.#note(this.#counts.add(record.view, start, place), place < end);
    }
  }

  /**
   * All of them, once the whole file is read. Where some hosts carry a port and others do not, the more frequent decide:
   * what has no port may be a thread of the server's own.
   */
  settled(): LabelCounts {
    const unclear = this.#unclear;
    this.#unclear = new LabelCounts();
    for (const label of unclear.labels()) {
      const host = unclear.nameOf(label);
      const read = this.#endsInPort(host) ? withoutLastGroup(host) : host;
      this.#counts.addSessions(read, unclear.sessionsOf(label));
    }
    return this.#counts;
  }

  #endsInPort(host: string): boolean {
    return this.#withPort + this.#withoutPort === 0
      ? lastGroupLooksLikePort(host)
      : this.#withPort >= this.#withoutPort;
  }

  #addText(written: string): void {
    const { host, port } = readHost(cellText(written) ?? '');
    if (port === 'unclear') {
      this.#unclear.addText(host);
    } else {
      this.#note(this.#counts.addText(host), port === 'written');
    }
  }

  #note(host: number, hasPort: boolean): void {
    if (hasPort) {
      this.#withPort++;
    } else {
      this.#withoutPort += this.#counts.marksOf(host) & NO_PORTS;
    }
  }
}
