// Which format, and whether compressed, a scrape is answered in, from its Accept and Accept-Encoding headers.
import Negotiator from 'negotiator';
import { CONTENT_TYPES, EXPOSITION_FORMATS, type ExpositionFormat } from './exposition-text.js';

/** Longer than any scraper's header; a hostile one would cost more to parse than the scrape. */
const MAX_HEADER_LENGTH = 1024;

/** OpenMetrics where it is preferred to text; text for whatever is not understood. */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  if (accept === undefined || accept.length > MAX_HEADER_LENGTH) {
    return 'text';
  }
  // Prometheus 3 asks for ways to write names beyond [a-zA-Z0-9_:]. There are none here, so any way is met.
  const plain = accept.replace(/; *escaping=[^;,]*/g, '');
  const contentType = new Negotiator({ headers: { accept: plain } }).mediaType(Object.values(CONTENT_TYPES));
  return EXPOSITION_FORMATS.find((format) => CONTENT_TYPES[format] === contentType) ?? 'text';
}

export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined || acceptEncoding.length > MAX_HEADER_LENGTH) {
    return false;
  }
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  return negotiator.encoding(['gzip', 'identity']) === 'gzip';
}
