import assert from 'node:assert/strict';
import { deflateSync, gzipSync } from 'node:zlib';
import { type BodyLimits, readBody, readWholeBody } from '../../../src/taurusdb/call/answer.js';
import { ApiError } from '../../../src/taurusdb/errors.js';
import type { HttpAnswer } from '../../../src/taurusdb/http/http-client.js';

const CSV = `user,host\n${'root,10.0.0.1\n'.repeat(1_000)}`;

interface SentBody {
  readonly chunks: readonly (Uint8Array | Error)[];
  readonly encoding?: string;
  readonly isDelimited?: boolean;
}

describe('readBody', () => {
  let discarded: number;

  beforeEach(() => {
    discarded = 0;
  });

  const answer = ({ chunks, encoding, isDelimited = true }: SentBody): HttpAnswer => ({
    site: { operation: 'download', where: 'the API' },
    status: 200,
    header: (name) => (name === 'content-encoding' ? encoding : undefined),
    isDelimited,
    discard: () => {
      discarded += 1;
    },
    body: (async function* () {
      for (const chunk of chunks) {
        if (chunk instanceof Error) {
          throw chunk;
        }
        yield chunk;
      }
    })(),
  });
  const read = async (body: SentBody, change: Partial<BodyLimits> = {}): Promise<string> => {
    const chunks: Uint8Array[] = [];
    const limits = { maxBytes: 1_000_000, isLines: true, ...change };
    for await (const chunk of readBody(answer(body), limits)) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  };
  const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));

  it('gives what was sent', async () => {
    assert.equal(await read({ chunks: [Buffer.from(CSV)] }), CSV);
    assert.equal(await read({ chunks: bytewise(Buffer.from(CSV)), encoding: 'Identity' }), CSV);
  });

  it('decodes gzip that nobody asked for', async () => {
    const zipped = gzipSync(CSV);
    assert.equal(await read({ chunks: [zipped], encoding: 'gzip' }), CSV);
    assert.equal(await read({ chunks: bytewise(zipped), encoding: 'X-GZip ' }), CSV);
  });

  const fails = async (body: SentBody, reason: string, message: RegExp, change: Partial<BodyLimits> = {}) => {
    await assert.rejects(read(body, change), (error) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      return true;
    });
    assert.ok(discarded > 0, 'the connection is freed');
  };

  for (const encoding of [
    'br',
    'deflate',
    'zstd',
    'gzip, gzip',
    'gzip, br',
    'X-Compress',
    'aws-chunked, br',
    'gzip, '.repeat(100),
  ]) {
    it(`refuses the encoding "${encoding.slice(0, 20)}"`, async () => {
      const body = { chunks: [deflateSync(CSV)], encoding };
      await fails(body, 'api', /^download: got an answer encoded as ".{2,22}", expected identity or gzip/u);
    });
  }

  it('takes what names no compression for what it is', async () => {
    for (const encoding of ['UTF-8', 'none', 'aws-chunked', 'binary', '', 'identity, identity', '8bit']) {
      assert.equal(await read({ chunks: [Buffer.from(CSV)], encoding }), CSV, encoding);
    }
    assert.equal(await read({ chunks: [gzipSync(CSV)], encoding: 'aws-chunked, gzip' }), CSV);
  });

  it('does not take a truncated gzip file for a short one', async () => {
    const zipped = gzipSync(CSV);
    for (const end of [0, 5, 12, -9, -8, -1]) {
      await fails(
        { chunks: [zipped.subarray(0, end)], encoding: 'gzip' },
        'network',
        /got Z_BUF_ERROR while decompressing/u,
      );
    }
  });

  it('refuses junk after a gzip file', async () => {
    const zipped = gzipSync(CSV);
    await fails(
      { chunks: [Buffer.concat([zipped, Buffer.from('junk')])], encoding: 'gzip' },
      'network',
      /got Z_DATA_ERROR/u,
    );
    await fails({ chunks: [zipped, Buffer.from('junk')], encoding: 'gzip' }, 'network', /got Z_DATA_ERROR/u);
  });

  it('passes on the failure of a connection under a gzip file', async () => {
    const cut = new ApiError('network', 'download: got ECONNRESET', {}, {});
    await fails(
      { chunks: [gzipSync(CSV).subarray(0, 20), cut], encoding: 'gzip' },
      'network',
      /got ECONNRESET/u,
    );
  });

  it('stops at the limit, counted after decoding', async () => {
    const limit = { maxBytes: CSV.length };
    assert.equal(await read({ chunks: [Buffer.from(CSV)] }, limit), CSV);
    assert.equal(await read({ chunks: [gzipSync(CSV)], encoding: 'gzip' }, limit), CSV);
    const tooLarge = [
      /got a body of more than 14009 bytes, expected at most so many/u,
      { maxBytes: CSV.length - 1 },
    ] as const;
    await fails({ chunks: [Buffer.from(CSV)] }, 'too_large', ...tooLarge);
    await fails({ chunks: [gzipSync(CSV)], encoding: 'gzip' }, 'too_large', ...tooLarge);
  });

  it('unpacks no more of a gzip bomb than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    await fails({ chunks: [bomb], encoding: 'gzip' }, 'too_large', /more than 1000000 bytes/u);
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
  });

  describe('where only the end of the connection ends the body', () => {
    const isDelimited = false;

    it('accepts one whose last line is whole', async () => {
      assert.equal(await read({ chunks: [Buffer.from(CSV)], isDelimited }), CSV);
    });

    it('refuses one that ends inside a line', async () => {
      for (const text of [CSV.slice(0, -1), '']) {
        const chunks = text === '' ? [] : [Buffer.from(text)];
        await fails(
          { chunks, isDelimited },
          'network',
          /^download: got the end of the connection after \d+ bytes, not at the end of a line, expected a final line break/u,
        );
      }
    });

    it('trusts the checksum of a gzip file', async () => {
      const chunks = [gzipSync(CSV.slice(0, -1))];
      assert.equal(await read({ chunks, encoding: 'gzip', isDelimited }), CSV.slice(0, -1));
    });

    it('does not ask it of a body that is not made of lines', async () => {
      assert.equal(await read({ chunks: [Buffer.from('{}')], isDelimited }, { isLines: false }), '{}');
    });
  });

  it('frees the connection when the reader stops early', async () => {
    for await (const _ of readBody(answer({ chunks: bytewise(Buffer.from(CSV)) }), {
      maxBytes: 1e6,
      isLines: true,
    })) {
      break;
    }
    assert.equal(discarded, 1);
  });

  it('frees the connection when the reader never starts', async () => {
    const body = readBody(answer({ chunks: [] }), { maxBytes: 1e6, isLines: true });
    await body[Symbol.asyncIterator]().return?.();
    assert.equal(discarded, 1);
  });
});

describe('readWholeBody', () => {
  it('joins the chunks', async () => {
    const body: HttpAnswer = {
      site: { operation: 'wait', where: 'the API' },
      status: 200,
      header: () => undefined,
      isDelimited: false,
      discard: () => {},
      body: (async function* () {
        yield Buffer.from('{"a"');
        yield Buffer.from(':1}');
      })(),
    };
    assert.equal(Buffer.from(await readWholeBody(body, 100)).toString(), '{"a":1}');
  });
});
