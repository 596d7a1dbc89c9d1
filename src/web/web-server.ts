// The HTTP server with all of its routes, behind what the web configuration asks of clients.
import { RepeatedLines } from '../repeated-lines.js';
import { isLoopbackAddress } from './foreign-pages.js';
import { type HttpServer, type HttpServerOptions, startHttpServer } from './http-server.js';
import { type Access, createRequestListener } from './router.js';
import { createRoutes, type RoutesOptions } from './routes.js';

export interface WebServerOptions extends RoutesOptions, Pick<HttpServerOptions, 'listenAddress' | 'log'> {
  readonly access: Access & Pick<HttpServerOptions, 'createServer'>;
}

/** Rejects when it cannot listen on the address. */
export async function startWebServer(options: WebServerOptions): Promise<HttpServer> {
  const { access, log, clock } = options;
  const lines = new RepeatedLines(log, clock);
  // Known before the first request.
  let isOnLoopback = false;
  const server = await startHttpServer({
    ...options,
    requestListener: createRequestListener(createRoutes(options), {
      access,
      isOnLoopback: () => isOnLoopback,
      lines,
    }),
    createServer: (serverOptions, listener) => access.createServer(serverOptions, listener),
  });
  isOnLoopback = isLoopbackAddress(server.address.address);
  return server;
}
