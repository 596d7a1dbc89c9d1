// `:10104`, `127.0.0.1:10104`, `[::1]:0`: where to listen, as Prometheus' programs write it.

export interface ListenAddress {
  /** Undefined: all addresses of the machine. */
  readonly host: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
}

export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[(?<bracketed>[^\s\]]+)\]|(?<host>[^\s:[\]]*)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.port ?? Number.NaN);
  if (!(port <= 65_535)) {
    throw new Error(`listen address: got ${JSON.stringify(text)}, expected host:port, [host]:port or :port`);
  }
  const host = match?.groups?.bracketed ?? match?.groups?.host;
  return { host: host === '' ? undefined : host, port };
}
