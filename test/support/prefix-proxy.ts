// A reverse proxy that serves a server under a prefix, as nginx does with `location /prefix/ { proxy_pass http://server/; }`,
// and nothing else.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PrefixProxy {
  /** Where the server's `/` is; ends in a slash. */
  readonly url: string;
  /** The targets that were asked for outside of the prefix. */
  readonly strays: readonly string[];
  close(): Promise<void>;
}

/** `prefix` has no slash at its end. */
export async function startPrefixProxy(serverUrl: string, prefix: string): Promise<PrefixProxy> {
  const { hostname, port, host } = new URL(serverUrl);
  const strays: string[] = [];
  const proxy = createServer((incoming, response) => {
    const { url = '', method, headers } = incoming;
    if (!url.startsWith(`${prefix}/`)) {
      strays.push(url);
      response.writeHead(404).end();
      return;
    }
    const options = { hostname, port, method, path: url.slice(prefix.length), headers: { ...headers, host } };
    request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    })
      .on('error', () => response.writeHead(502).end())
      .end();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}/`,
    strays,
    close: async () => {
      proxy.close();
      proxy.closeAllConnections();
      await once(proxy, 'close');
    },
  };
}
