import assert from 'node:assert/strict';
import { renameSync, rmSync, utimesSync } from 'node:fs';
import { format, inspect } from 'node:util';
import type { Kind } from '../../src/config/kinds.js';
import { Secret } from '../../src/config/secret.js';
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

  it('follows its file when its time, its size or the file itself is another', () => {
    const [then, later] = [new Date(1_700_000_000_000), new Date(1_700_000_001_000)];
    const write = (name: string, text: string, time: Date) => {
      const path = folder.write(name, text);
      utimesSync(path, time, time);
      return path;
    };
    const path = write('followed', 'first', then);
    const secret = Secret.fromFile(path);

    write('followed', 'FIRST', later);
    assert.equal(secret.read(), 'FIRST');
    write('followed', 'second', later);
    assert.equal(secret.read(), 'second');
    renameSync(write('replacement', 'SECOND', later), path);
    assert.equal(secret.read(), 'SECOND');
  });

  it('keeps the last good text while its file holds one of another kind', () => {
    const digits: Kind<string> = {
      expected: 'digits',
      parse: (text) => (/^\d+$/u.test(text) ? text : undefined),
    };
    const path = folder.write('digits', '1');
    const secret = Secret.fromFile(path, digits);
    folder.write('digits', 'two');
    assert.equal(secret.read(), '1');
    folder.write('digits', '33');
    assert.equal(secret.read(), '33');
    folder.write('digits', 'four');
    assert.throws(() => Secret.fromFile(path, digits), { message: 'it is another text' });
    assert.throws(() => Secret.fromText('four', digits), { message: 'it is another text' });
  });

  it('keeps the last good text while its file is empty, wrong or gone', () => {
    const path = folder.write('kept', 'good');
    const secret = Secret.fromFile(path);
    folder.write('kept', '');
    assert.equal(secret.read(), 'good');
    folder.write('kept', 'two words');
    assert.equal(secret.read(), 'good');
    rmSync(path);
    assert.equal(secret.read(), 'good');
    folder.write('kept', 'better');
    assert.equal(secret.read(), 'better');
  });
});
