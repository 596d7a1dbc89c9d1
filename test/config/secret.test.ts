import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import type { Kind } from '../../src/config/kinds.js';
import { ANY_SECRET, HEADER_SECRET, Secret } from '../../src/config/secret.js';
import { ConfigFolder } from './config-folder.js';

describe('Secret', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  it('shows itself to nobody but who reads it', () => {
    const path = folder.write('canary', 'CANARY');
    for (const secret of [Secret.fromText('CANARY'), Secret.fromFile(path)]) {
      assert.equal(secret.read(), 'CANARY');
      const shown = [
        String(secret),
        `${secret}`,
        JSON.stringify({ secret }),
        inspect({ secret }, { showHidden: true, depth: null }),
        inspect(secret, { customInspect: false, showHidden: true }),
        format('%s %o %O %j', secret, secret, secret, secret),
        Object.entries(secret).join(),
      ].join('\n');
      assert.doesNotMatch(shown, /CANARY/u);
      assert.equal(`${secret}`, '<secret>');
      assert.equal(JSON.stringify(secret), '"<secret>"');
      assert.equal(inspect(secret), '<secret>');
    }
  });

  it('leaves out line breaks at the end, and only those', () => {
    assert.equal(Secret.fromFile(folder.write('crlf', 'abc\r\n\n')).read(), 'abc');
    assert.equal(Secret.fromText('abc\n').read(), 'abc');
    for (const text of ['a b', ' a', 'a ', 'a\nb', 'a\tb', 'a\u0000', 'a\u00a0b']) {
      assert.throws(() => Secret.fromText(text), {
        message: 'it has a blank, a line break or a byte that is not text',
      });
    }
    assert.throws(() => Secret.fromText('\n'), { message: 'it is empty' });
  });

  it('refuses a file that is empty, missing, too large or not text', () => {
    const refused = (name: string, message: string) =>
      assert.throws(() => Secret.fromFile(`${folder.path}/${name}`), { message });
    folder.write('empty', '');
    refused('empty', 'it is empty');
    refused('missing', 'no such file');
    refused('missing/too', 'no such file');
    folder.write('large', 'x'.repeat(65_537));
    refused('large', 'larger than 65536 bytes');
    folder.write('binary', new Uint8Array([0x61, 0xff]));
    refused('binary', 'it has a blank, a line break or a byte that is not text');
  });

  it('refuses a file with a byte-order mark, and one in UTF-16', () => {
    for (const [content, message] of [
      ['\ufeffabc', 'it starts with the byte-order mark of UTF-8: save it without one'],
      [Buffer.from('\ufeffabc', 'utf16le'), 'it starts with the byte-order mark of UTF-16: save it as UTF-8'],
      [
        Buffer.from('\ufeffabc', 'utf16le').swap16(),
        'it starts with the byte-order mark of UTF-16: save it as UTF-8',
      ],
      [Buffer.from('abc', 'utf16le'), 'it has a blank, a line break or a byte that is not text'],
    ] as const) {
      assert.throws(() => Secret.fromFile(folder.write('odd', content)), { message });
    }
  });

  it('is of the kind that is asked for', () => {
    const digits: Kind<string> = {
      expected: 'digits',
      parse: (text) => (/^\d+$/u.test(text) ? text : undefined),
    };
    assert.equal(Secret.fromText('4', digits).read(), '4');
    for (const read of [
      () => Secret.fromFile(folder.write('digits', 'four'), digits),
      () => Secret.fromText('four', digits),
    ]) {
      assert.throws(read, { message: 'it is another text' });
    }
    const message = 'it has a character outside ASCII';
    assert.throws(() => Secret.fromText('schlüssel', HEADER_SECRET), { message });
  });

  it('knows the files that it comes from, and those of its mapping together', () => {
    const [a, b] = [folder.write('a', '1'), folder.write('b', '2')];
    const alone = Secret.fromFile(a, ANY_SECRET, 'ak');
    assert.deepEqual(alone.files?.paths, [a]);
    const { ak, sk, text } = Secret.together({
      ak: alone,
      sk: Secret.fromFile(b, ANY_SECRET, 'sk'),
      text: Secret.fromText('3'),
    });
    assert.deepEqual([ak.read(), sk.read(), text.read()], ['1', '2', '3']);
    assert.equal(ak.files, sk.files);
    assert.deepEqual(ak.files?.paths, [a, b]);
    assert.notEqual(ak.source, sk.source);
    assert.deepEqual([text.files, text.source], [undefined, undefined]);
  });
});
