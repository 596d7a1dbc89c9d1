// As many connections as the built program takes, and more, from clients that want nothing; and who is answered meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '../support/certificates.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { scrape } from '../support/scrape.js';
import { rawConnection, rawRequest, statusOf } from '../web/raw-request.js';

const LIMIT = 512;
const WARNED = /msg="closed a connection for a new one: too many are open"/gu;

describe('a listener with all the connections that it takes', () => {
  let agent: Program;
  let address: string;
  let port: number;
  let sockets: Socket[];

  async function start(...flags: string[]): Promise<void> {
    await startOn('127.0.0.1', ...flags);
  }

  async function startOn(host: string, ...flags: string[]): Promise<void> {
    agent = startProgram(['demo', `--web.listen-address=${host}:0`, ...flags]);
    address = await addressOf(agent);
    port = Number(new URL(address).port);
  }

  beforeEach(() => {
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) {
      socket.destroy();
    }
    agent.child.kill('SIGKILL');
    await agent.ended;
  });

  async function crowd(size: number, bytes = ''): Promise<void> {
    for (let client = 0; client < size; client++) {
      const socket = rawConnection(port).pause();
      sockets.push(socket);
      await once(socket, 'connect');
      socket.write(bytes);
    }
  }

  for (const [what, bytes] of [
    ['say nothing', ''],
    ['never end their headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    ['were answered, and stay', 'GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ] as const) {
    it(`answers Prometheus and probes besides ${LIMIT} clients that ${what}`, async () => {
      await start();
      await crowd(LIMIT, bytes);
      for (let round = 0; round < 10; round++) {
        await scrape(address);
        assert.equal(statusOf(await rawRequest(port, 'GET /-/healthy HTTP/1.0\r\n\r\n')), 200);
        await crowd(10, bytes);
      }
      await eventually(() => agent.stderr().match(WARNED) ?? undefined, 'the warning');
      assert.equal(agent.stderr().match(WARNED)?.length, 1);
    });
  }

  it('counts those of one client port to each of its addresses', async function () {
    if (process.platform !== 'linux') {
      this.skip(); // Elsewhere 127.0.0.1 is the one address of the loopback.
    }
    await startOn('0.0.0.0');
    for (let from = 0; from < 30; from++) {
      let localPort = 0;
      for (let to = 1; to <= 20; to++) {
        const target = { port, host: `127.0.1.${to}`, localAddress: '127.0.0.1', localPort };
        const socket = connect(target).on('error', () => {});
        sockets.push(socket.resume());
        await once(socket, 'connect');
        localPort = socket.localPort ?? 0;
      }
    }
    await eventually(() => agent.stderr().match(WARNED) ?? undefined, 'the warning', 5_000);
  });

  it('answers them besides 5,000 that come and stay', async () => {
    await start();
    let answers = 0;
    let isOver = false;
    const scraping = (async () => {
      while (!isOver) {
        assert.equal(statusOf(await rawRequest(port, 'GET /metrics HTTP/1.0\r\n\r\n')), 200);
        answers++;
      }
    })();
    for (let wave = 0; wave < 50; wave++) {
      const before = answers;
      await crowd(100);
      await eventually(() => answers > before || undefined, 'a scrape');
      // Those that were closed for newer ones.
      for (const socket of sockets.splice(0, sockets.length - LIMIT)) {
        socket.destroy();
      }
    }
    isOver = true;
    await scraping;
  });

  it('answers over TLS besides clients that never end their handshake', async function () {
    requireProgram(this, 'openssl');
    const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-web-'));
    try {
      const { cert, key } = makeCertificate();
      writeFileSync(path.join(folder, 'cert.pem'), cert);
      writeFileSync(path.join(folder, 'key.pem'), key, { mode: 0o600 });
      const file = path.join(folder, 'web.yaml');
      writeFileSync(file, 'tls_server_config: { cert_file: cert.pem, key_file: key.pem }\n');
      await start(`--web.config.file=${file}`);
      const options: RequestOptions = { host: '127.0.0.1', port, path: '/metrics', ca: cert, agent: false };
      const scrapeByTls = async () => {
        const [answer] = await once(get(options), 'response');
        assert.match(await text(answer), /^taurusdb_exporter_build_info/mu);
      };
      await crowd(LIMIT - 1);
      await scrapeByTls();
      await crowd(LIMIT, '\x16\x03\x01\x02\0');
      await scrapeByTls();
      await scrapeByTls();
      await eventually(() => agent.stderr().match(WARNED) ?? undefined, 'the warning');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
