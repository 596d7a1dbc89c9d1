import assert from 'node:assert/strict';
import { parseProxyUrl } from '../../src/model/proxy-url.js';

describe('parseProxyUrl', () => {
  const right: Readonly<Record<string, readonly [host: string, user: string, password: string]>> = {
    'http://proxy': ['proxy', '', ''],
    'http://proxy:3128': ['proxy:3128', '', ''],
    'https://proxy.example:3128/': ['proxy.example:3128', '', ''],
    'http://10.0.0.1:8080': ['10.0.0.1:8080', '', ''],
    'http://[2001:db8::1]:8080': ['[2001:db8::1]:8080', '', ''],
    'http://user:pass@proxy:3128': ['proxy:3128', 'user', 'pass'],
    'http://user:p%23a%2Fs%3Fs%40%25%5C%20@proxy:3128': ['proxy:3128', 'user', 'p#a/s?s@%\\ '],
    "http://user:a-b._~!$&'()*+,;=c@proxy": ['proxy', 'user', "a-b._~!$&'()*+,;=c"],
    'http://user:pa:ss@proxy': ['proxy', 'user', 'pa:ss'],
    'http://user:pässwörd|^@proxy': ['proxy', 'user', 'pässwörd|^'],
    // A user alone: nothing is sent, and nothing is wrong.
    'http://user@proxy': ['proxy', 'user', ''],
    'http://user:@proxy': ['proxy', 'user', ''],
  };
  for (const [text, [host, user, password]] of Object.entries(right)) {
    it(`reads ${text}`, () => {
      const url = parseProxyUrl(text);
      assert.deepEqual(
        [url?.host, decodeURIComponent(url?.username ?? ''), decodeURIComponent(url?.password ?? '')],
        [host, user, password],
      );
    });
  }

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
    'http://user:pa%ss@proxy:3128',
    'http://user:100%@proxy:3128',
    'http://user:%ff@proxy:3128',
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
