import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BASIC_CHALLENGE, readBasicCredentials } from '../../../src/web/access/password-checker.js';

const encode = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readBasicCredentials', () => {
  it('cuts at the first colon: a password may hold more', () => {
    assert.deepEqual(readBasicCredentials(encode('dave:a:b')), { user: 'dave', password: 'a:b' });
    assert.deepEqual(readBasicCredentials(encode(':')), { user: '', password: '' });
  });

  it('knows the scheme in any case', () => {
    assert.deepEqual(readBasicCredentials('bAsIc ZGF2ZTp4'), { user: 'dave', password: 'x' });
  });

  it('reads back what a client wrote', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(
        word.filter((text) => !text.includes(':')),
        word,
        (user, password) => {
          assert.deepEqual(readBasicCredentials(encode(`${user}:${password}`)), { user, password });
        },
      ),
      { numRuns: 200 },
    );
  });

  const malformed: Readonly<Record<string, string | undefined>> = {
    'no header': undefined,
    'an empty one': '',
    'the scheme alone': 'Basic',
    'another scheme': 'Bearer ZGF2ZTp4',
    'no colon': encode('dave'),
    'text that is not base64': 'Basic dave:x',
    'base64 without its padding': 'Basic ZGF2ZTp4eA',
    'base64 with stray bits at its end': 'Basic ZGF2ZTp4eB==',
    'the alphabet of URLs': encode('dave:???').replace('/', '_'),
    'two words': 'Basic ZGF2ZTp4 ZGF2ZTp4',
    'bytes that are not UTF-8': encode(Uint8Array.of(0x61, 0x3a, 0xff)),
    'a NUL, where bcrypt would start again': encode('dave:x\0x'),
    'a line break': encode('dave:x\n'),
  };
  for (const [what, header] of Object.entries(malformed)) {
    it(`finds no credentials in ${what}`, () => {
      assert.equal(readBasicCredentials(header), undefined);
    });
  }

  it('keeps a byte-order mark: it is part of the name', () => {
    assert.equal(readBasicCredentials(encode('\ufeffdave:x'))?.user, '\ufeffdave');
  });
});

describe('BASIC_CHALLENGE', () => {
  it('names a realm and the encoding that is read', () => {
    assert.equal(BASIC_CHALLENGE, 'Basic realm="taurusdb-session-exporter", charset="UTF-8"');
  });
});
