import assert from 'node:assert/strict';
import { parseProxyUrl } from '../../src/model/proxy-url.js';

describe('parseProxyUrl', () => {
  /** What the header holds; undefined where none is sent. Bytes as Latin-1. */
  const right: Readonly<Record<string, readonly [host: string, credentials: string | undefined]>> = {
    'http://proxy': ['proxy', undefined],
    'http://proxy:3128': ['proxy:3128', undefined],
    'https://proxy.example:3128/': ['proxy.example:3128', undefined],
    'http://10.0.0.1:8080': ['10.0.0.1:8080', undefined],
    'http://[2001:db8::1]:8080': ['[2001:db8::1]:8080', undefined],
    'http://user:pass@proxy:3128': ['proxy:3128', 'user:pass'],
    'http://user:p%23a%2Fs%3Fs%40%25%5C%20@proxy:3128': ['proxy:3128', 'user:p#a/s?s@%\\ '],
    "http://user:a-b._~!$&'()*+,;=c@proxy": ['proxy', "user:a-b._~!$&'()*+,;=c"],
    'http://user:pa:ss@proxy': ['proxy', 'user:pa:ss'],
    'http://user:pässwörd|^@proxy': ['proxy', 'user:p\u00c3\u00a4ssw\u00c3\u00b6rd|^'],
    'http://user@proxy': ['proxy', 'user:'],
    'http://user:@proxy': ['proxy', 'user:'],
    'http://:pass@proxy': ['proxy', ':pass'],
    'http://:@proxy': ['proxy', ':'],
    'http://@proxy': ['proxy', ':'],
    'http://user:100%@proxy:3128': ['proxy:3128', 'user:100%'],
    'http://50%off:pa%ss@proxy:3128': ['proxy:3128', '50%off:pa%ss'],
    'http://user:%zz%4@proxy': ['proxy', 'user:%zz%4'],
    'http://user:%%41%2525@proxy': ['proxy', 'user:%A%25'],
    'http://user:%ff%E4@proxy': ['proxy', 'user:\u00ff\u00e4'],
  };
  for (const [text, [host, credentials]] of Object.entries(right)) {
    it(`reads ${text}`, () => {
      const proxy = parseProxyUrl(text);
      assert.equal(proxy?.host, host);
      assert.match(proxy?.origin ?? '', /^https?:\/\/[^@]*$/u);
      const [scheme, base64 = ''] = proxy?.authorization?.split(' ') ?? [];
      assert.deepEqual(
        [scheme, scheme && Buffer.from(base64, 'base64').toString('latin1')],
        credentials === undefined ? [undefined, undefined] : ['Basic', credentials],
      );
    });
  }

  it('knows the password as it is written, as it is sent and in the header', () => {
    const secretsOf = (text: string) => parseProxyUrl(text)?.secrets;
    assert.deepEqual(secretsOf('http://user:pass@proxy'), ['pass', 'dXNlcjpwYXNz']);
    assert.deepEqual(secretsOf('http://user:p%40ss@proxy'), ['p%40ss', 'p@ss', 'dXNlcjpwQHNz']);
    assert.deepEqual(secretsOf('http://user:p%ss@proxy'), ['p%ss', 'dXNlcjpwJXNz']);
    assert.deepEqual(secretsOf('http://user:p%E4@proxy'), ['p%E4', 'p\ufffd', 'dXNlcjpw5A==']);
    assert.deepEqual(secretsOf('http://user:@proxy'), []);
    assert.deepEqual(secretsOf('http://proxy'), []);
  });

  for (const text of [
    'http://user:pa#ss@proxy:3128',
    'http://user:pa/ss@proxy:3128',
    'http://user:12/34@proxy:3128',
    'http://user:12#34@proxy:3128',
    'http://user:12?34@proxy:3128',
    'http://user:1234/@proxy:3128',
    'http://user:pa?ss@proxy:3128',
    'http://user:pa@ss@proxy:3128',
    'http://user:pa\\ss@proxy:3128',
    'http://user:pa ss@proxy:3128',
    'http://user:pa%00ss@proxy:3128',
    'http://user:pa%0ass@proxy:3128',
    'http://us%0D%0Aer:pass@proxy:3128',
    'http://user:%7F@proxy:3128',
    'http://us#er:pass@proxy:3128',
    'http://us/er:pass@proxy:3128',
    'http://user:pass#@proxy',
    'http://user:/pass@proxy',
    'http://user:pass@',
    'http://user:pass@/',
    'http://user:pass@:3128',
    'http://user:pass',
    'http://:3128',
    'http://',
    'http:///proxy',
    'http:proxy',
    'http:/proxy',
    'http://proxy:0',
    'http://proxy:65536',
    'http://proxy:port',
    'http://proxy:',
    'http://proxy/path',
    'http://proxy//',
    'http://proxy?query',
    'http://proxy#fragment',
    'http://-proxy',
    'http://.',
    'http://[::1',
    'http://[proxy]',
    'socks5://user:pass@proxy',
    'proxy:3128',
    '',
    'http://proxy\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseProxyUrl(text), undefined);
    });
  }
});
