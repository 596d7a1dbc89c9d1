// The URL of the proxy, read anew for each request: it may come from a file that changes.
import { CollectionError } from '../../model/failure.js';
import { type HttpProxy, PROXY_URL, parseProxyUrl } from '../../model/proxy-url.js';

export class ProxyUrl {
  readonly #read: () => string;
  #text: string | undefined;
  #good: HttpProxy | undefined;

  constructor(read: () => string) {
    this.#read = read;
  }

  /** By the last text that was a usable URL, as one that is none may be half written; the same object while it stays. */
  current(): HttpProxy {
    const text = this.#read();
    if (text !== this.#text) {
      this.#text = text;
      this.#good = parseProxyUrl(text) ?? this.#good;
    }
    if (this.#good === undefined) {
      throw new CollectionError(
        'network',
        `proxy: got a text that is not shown, expected ${PROXY_URL}: check api.proxy_url`,
      );
    }
    return this.#good;
  }
}
