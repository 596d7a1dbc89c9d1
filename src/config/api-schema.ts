// How the TaurusDB API is called: the keys of `api`, at the top for all projects and under one project for itself.
import * as v from 'valibot';
import { PROXY_URL, parseProxyUrl } from '../model/proxy-url.js';
import { certificatesFile, secretFile, secretText } from './file-schemas.js';
import { byteSize, described, duration, integer } from './kinds.js';
import type { SecretKind } from './secret.js';
import { atMostOneOf, section } from './section.js';
import type { ConfigDependencies } from './yaml/read-settings.js';

const PROXY: SecretKind = {
  expected: PROXY_URL,
  parse: (text) => parseProxyUrl(text) && text,
  // The password, which may have a colon.
  secretPart: /\/\/[^/@:]*:[^/@]+@/u,
};

/** `api` at the top of the file. */
export function apiSection(dependencies: ConfigDependencies) {
  const keys = apiKeys(dependencies);
  return v.pipe(
    section({
      ...keys,
      request_timeout: v.optional(keys.request_timeout, '10s'),
      max_retries: v.optional(keys.max_retries, 3),
      max_requests_per_second: v.optional(keys.max_requests_per_second, 10),
      max_csv_bytes: v.optional(keys.max_csv_bytes, '256MiB'),
    }),
    atMostOneOf(['proxy_url', 'proxy_url_file']),
    v.transform(({ ca_file, proxy_url, proxy_url_file, ...api }) => ({
      ...api,
      ca: ca_file,
      proxy_url: proxy_url ?? proxy_url_file,
    })),
  );
}

/** `api` under a project: what is left out is as at the top. */
export function projectApiSection(dependencies: ConfigDependencies) {
  const keys = apiKeys(dependencies);
  return v.pipe(
    section({
      ...keys,
      request_timeout: v.exactOptional(keys.request_timeout),
      max_retries: v.exactOptional(keys.max_retries),
      max_requests_per_second: v.exactOptional(keys.max_requests_per_second),
      max_csv_bytes: v.exactOptional(keys.max_csv_bytes),
    }),
    atMostOneOf(['proxy_url', 'proxy_url_file']),
  );
}

export type ApiSettings = v.InferOutput<ReturnType<typeof apiSection>>;
type ProjectApi = v.InferOutput<ReturnType<typeof projectApiSection>>;

export function mergeApi(top: ApiSettings, own: ProjectApi): ApiSettings {
  return {
    request_timeout: own.request_timeout ?? top.request_timeout,
    max_retries: own.max_retries ?? top.max_retries,
    max_requests_per_second: own.max_requests_per_second ?? top.max_requests_per_second,
    max_csv_bytes: own.max_csv_bytes ?? top.max_csv_bytes,
    ca: own.ca_file ?? top.ca,
    proxy_url: own.proxy_url ?? own.proxy_url_file ?? top.proxy_url,
  };
}

function apiKeys(dependencies: ConfigDependencies) {
  return {
    request_timeout: described('Time limit of one attempt of a request', duration('100ms', '10m')),
    max_retries: described(
      'How often a request is repeated: a GET after a connect error, a reset, 408, 429 or 5xx; the submitting POST only after a connect error or 429',
      integer(0, 10),
    ),
    max_requests_per_second: described(
      "Each project's budget of requests; a 429 halves it, and it grows back by a tenth every 10 s",
      integer(1, 1000),
    ),
    max_csv_bytes: described('Largest result that is read, in decoded bytes', byteSize('1KiB', '16GiB')),
    ca_file: v.exactOptional(
      described(
        "Certificates (PEM) to trust in addition to those that Node trusts: its own or the system's, and `NODE_EXTRA_CA_CERTS`; read at the start and at a reload",
        certificatesFile(dependencies),
      ),
    ),
    proxy_url: secretText(
      'HTTP proxy for all requests, with user and password if it asks for them; `HTTPS_PROXY`, `NO_PROXY` and the like in the environment are not used',
      PROXY,
    ),
    proxy_url_file: secretFile('proxy_url', dependencies, PROXY),
  };
}
