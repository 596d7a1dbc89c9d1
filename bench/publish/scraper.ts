// A client that costs next to nothing, so that what is measured is the server: it reads into one buffer, over and over,
// and looks at nothing but the head of an answer.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const BUFFER_BYTES = 1024 * 1024;
const HEAD_END = '\r\n\r\n';

export class Scraper {
  readonly #socket: Socket;
  #receive: (bytes: Buffer) => void = () => {};

  constructor(port: number) {
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      onread: {
        buffer: Buffer.alloc(BUFFER_BYTES),
        callback: (length, buffer) => {
          this.#receive(Buffer.from(buffer.buffer, buffer.byteOffset, length));
          return true;
        },
      },
    });
  }

  /** Resolves to the size of the body once all of it is there. */
  async scrape(gzip: boolean): Promise<number> {
    if (this.#socket.connecting) {
      await once(this.#socket, 'connect');
    }
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      let missing: number | undefined;
      let size = 0;
      this.#receive = (bytes) => {
        if (missing === undefined) {
          const headEnd = bytes.indexOf(HEAD_END);
          const head = bytes.toString('latin1', 0, headEnd);
          size = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
          missing = size + headEnd + HEAD_END.length;
        }
        missing -= bytes.length;
        if (missing > 0) {
          return;
        }
        this.#socket.off('error', reject);
        resolve(size);
      };
      const encoding = gzip ? 'Accept-Encoding: gzip\r\n' : '';
      this.#socket.write(`GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n${encoding}\r\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
