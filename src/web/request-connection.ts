// A client's connection as the HTTP parser sees it: one request at a time. What the client sends ahead of its answers waits
// as bytes; given whole to Node's parser, 64 KiB of it would be thousands of requests and responses in memory at once.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);
/**
 * Of an answer, with TLS: Node encrypts what is written at once into memory of the connection, whether or not its client
 * reads. Without TLS the whole answer is written, as it waits in chunks that all connections share.
 */
const TLS_PIECE_BYTES = 64 * 1024;

/** Whose requests were sent ahead of their answers. */
export class Pipelines {
  readonly #waiting: (() => boolean)[] = [];

  /** `readOn` tells whether there was a request. */
  add(readOn: () => boolean): void {
    this.#waiting.push(readOn);
    if (this.#waiting.length === 1) {
      setImmediate(() => this.#next());
    }
  }

  /** One request in each turn of the event loop: clients that send thousands must not keep those waiting who send one. */
  #next(): void {
    for (let readOn = this.#waiting[0]; readOn !== undefined; readOn = this.#waiting[0]) {
      const isRequest = readOn();
      this.#waiting.shift();
      if (isRequest) {
        break;
      }
    }
    if (this.#waiting.length > 0) {
      setImmediate(() => this.#next());
    }
  }
}

type WriteDone = (error?: Error | null) => void;

export class RequestConnection extends Duplex {
  readonly transport: Socket;
  readonly #pipelines: Pipelines;
  #unread: Buffer = NOTHING;
  #isAnswering = false;
  #hasEnded = false;

  /** Over a TCP or TLS connection, which is closed with it. */
  constructor(transport: Socket, pipelines: Pipelines) {
    // The parser gets a piece only once it has taken the one before.
    super({ decodeStrings: false, readableHighWaterMark: 1 });
    this.transport = transport;
    this.#pipelines = pipelines;
    // A client may close its side behind its request. Node lets it without TLS only.
    transport.allowHalfOpen = true;
    transport
      .on('readable', () => this.#feed())
      .on('end', () => {
        this.#hasEnded = true;
        this.#feed();
      })
      .on('timeout', () => this.emit('timeout'))
      .on('error', (error) => this.destroy(error))
      .on('close', () => this.destroy());
  }

  /** The headers of a request are complete: nothing behind them, its body neither, is read before its answer is done. */
  begin(): void {
    this.#isAnswering = true;
  }

  /** The answer is with the client, or given up. */
  finish(): void {
    this.#pipelines.add(() => {
      this.#isAnswering = false;
      this.#feed();
      return this.#isAnswering;
    });
  }

  #feed(): void {
    while (!this.destroyed && !this.readableEnded && this.readableLength === 0 && !this.#isAnswering) {
      const piece = this.#nextPiece();
      if (piece !== undefined) {
        this.push(piece);
      } else {
        if (this.#hasEnded) {
          this.push(null);
        }
        return;
      }
    }
  }

  #nextPiece(): Buffer | undefined {
    if (this.#unread.length === 0) {
      this.#unread = this.transport.read() ?? NOTHING;
    }
    if (this.#unread.length === 0) {
      return undefined;
    }
    const end = endOfHead(this.#unread);
    const piece = this.#unread.subarray(0, end);
    this.#unread = this.#unread.subarray(end);
    return piece;
  }

  override _read(): void {
    // Not at once: what is pushed from here reaches the parser only after the call.
    process.nextTick(() => this.#feed());
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: WriteDone): void {
    this._writev([{ chunk, encoding }], done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: WriteDone,
  ): void {
    const buffers = chunks.map(({ chunk, encoding }) =>
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
    );
    if (this.transport instanceof TLSSocket) {
      this.#writeByPiece(piecesOf(buffers), done);
    } else {
      this.#writeAtOnce(buffers, done);
    }
  }

  /** Each once the transport has got rid of the one before. */
  #writeByPiece(pieces: Iterator<readonly Buffer[]>, done: WriteDone): void {
    const { value: piece } = pieces.next();
    if (piece === undefined) {
      done();
      return;
    }
    this.#writeAtOnce(piece, (error) => (error ? done(error) : this.#writeByPiece(pieces, done)));
  }

  #writeAtOnce(buffers: readonly Buffer[], done: WriteDone): void {
    this.transport.cork();
    for (const [index, buffer] of buffers.entries()) {
      this.transport.write(buffer, index === buffers.length - 1 ? done : undefined);
    }
    this.transport.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.transport.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.transport.destroy();
    done(error);
  }

  // What Node's HTTP server and listeners of requests ask of a socket besides.

  setTimeout(ms: number): this {
    this.transport.setTimeout(ms);
    return this;
  }

  destroySoon(): void {
    if (this.writableFinished) {
      this.destroy();
      return;
    }
    this.once('finish', () => this.destroy());
    this.end();
  }

  get remoteAddress(): string | undefined {
    return this.transport.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.transport.remotePort;
  }

  get localAddress(): string | undefined {
    return this.transport.localAddress;
  }

  get localPort(): number | undefined {
    return this.transport.localPort;
  }
}

/** The same bytes in lists of TLS_PIECE_BYTES each, but for the last; nothing is copied. */
function* piecesOf(buffers: readonly Buffer[]): Generator<readonly Buffer[], undefined> {
  let piece: Buffer[] = [];
  let room = TLS_PIECE_BYTES;
  for (const buffer of buffers) {
    for (let rest = buffer; rest.length > 0; ) {
      const part = rest.subarray(0, room);
      piece.push(part);
      room -= part.length;
      rest = rest.subarray(part.length);
      if (room === 0) {
        yield piece;
        piece = [];
        room = TLS_PIECE_BYTES;
      }
    }
  }
  if (piece.length > 0) {
    yield piece;
  }
}

/** Behind the first empty line, which ends the headers of a request: no piece holds the ends of two. */
function endOfHead(bytes: Buffer): number {
  let lineStart = 0;
  for (;;) {
    const lineEnd = bytes.indexOf(LINE_FEED, lineStart);
    if (lineEnd < 0) {
      return bytes.length;
    }
    const length = lineEnd - lineStart;
    if (length === 0 || (length === 1 && bytes[lineStart] === CARRIAGE_RETURN)) {
      return lineEnd + 1;
    }
    lineStart = lineEnd + 1;
  }
}
