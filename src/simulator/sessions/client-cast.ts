// Who connects to a simulated node: users, the hosts they come from, and how they work.
import { mix, pick } from '../seeded-random.js';

/** Short statements and long pauses; minutes of reading; one long writing transaction; a person at a prompt. */
export type Work = 'web' | 'report' | 'batch' | 'person';

export interface Client {
  readonly user: string;
  readonly hosts: readonly string[];
  readonly databases: readonly string[];
  readonly work: Work;
  /** Share of all connections, in hundredths. */
  readonly percent: number;
}

// Names that must survive CSV, labels and pages: a space, an at sign, a quote, another script, twins in case.
const CLIENTS: readonly Client[] = [
  client('app_orders', 26, 'web', ['10.20.1.11', '10.20.1.12', '10.20.1.13'], ['orders']),
  client('app_catalog', 18, 'web', ['10.20.1.21', '10.20.1.22'], ['catalog']),
  client('app_payments', 12, 'web', ['10.20.1.31', '10.20.1.32'], ['payments']),
  client('session_store', 12, 'web', ['2001:db8:20::51', '2001:db8:20::52'], ['sessions']),
  client('svc@billing', 8, 'web', ['billing-1.internal'], ['billing', 'payments']),
  client('monitor', 4, 'web', ['10.20.9.5'], ['']),
  client('report', 6, 'report', ['10.20.2.61', '10.20.2.62'], ['analytics', 'orders']),
  client('Report', 3, 'report', ['10.20.2.62'], ['analytics']),
  client('数据分析', 4, 'report', ['10.20.2.71'], ['数据仓库']),
  client('etl job', 3, 'batch', ['batch-01.internal'], ['analytics']),
  client("o'brien", 2, 'person', ['10.20.8.101'], ['orders', '']),
  client('dba', 2, 'person', ['localhost'], ['', 'mysql']),
];

function client(
  user: string,
  percent: number,
  work: Work,
  hosts: readonly string[],
  databases: readonly string[],
): Client {
  return { user, percent, work, hosts, databases };
}

const WEB_CLIENTS: readonly Client[] = CLIENTS.filter(({ work }) => work === 'web');
const BY_PERCENT: readonly Client[] = CLIENTS.flatMap((each) =>
  Array.from({ length: each.percent }, () => each),
);

/** As often as their shares say. */
export function clientOf(bits: number): Client {
  return pick(BY_PERCENT, bits);
}

export function webClientOf(bits: number): Client {
  return pick(WEB_CLIENTS, bits);
}

/** As the server shows it: with the client's port, an IPv6 address in brackets, a socket without either. */
export function hostText(host: string, bits: number): string {
  if (host === 'localhost') {
    return host;
  }
  const port = 32_768 + (mix(bits, 1) % 28_000);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
