// The file of --web.config.file, in the format of Prometheus' exporter-toolkit, from its text to the settings of the
// web server. https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
import { validateHeaderValue } from 'node:http';
import * as v from 'valibot';
import { isObject } from '../../json.js';
import { duration, flag, integer } from '../kinds.js';
import { issuePath, section, unlessEmpty } from '../section.js';
import { type ConfigDependencies, parseSettings } from '../yaml/read-settings.js';
import { tlsSection } from './web-tls-section.js';

// Each step of the cost doubles the time of a login: 18 is many seconds, and 31 would be a day.
const BCRYPT_HASH = /^\$2[aby]\$(?:0[4-9]|1[0-8])\$[./A-Za-z0-9]{53}$/u;

export type WebConfig = v.InferOutput<ReturnType<typeof webConfigSchema>>;

/**
 * Relative file names start from the folder of `path`, which also stands in messages. Throws ConfigErrors with
 * everything that is wrong, in the order of the file; an empty file is right.
 */
export function parseWebConfig(text: string, path: string): WebConfig {
  return parseSettings(text, path, { schemaFor: webConfigSchema, showsAt: () => 'nothing' }).settings;
}

function webConfigSchema({ directory }: ConfigDependencies) {
  const file = section({
    tls_server_config: unlessEmpty(tlsSection(directory)),
    http_server_config: unlessEmpty(httpSection()),
    basic_auth_users: unlessEmpty(users()),
    rate_limit: unlessEmpty(rateLimitSection()),
  });
  return v.pipe(
    unlessEmpty(file),
    v.transform((sections) => ({
      tls: sections?.tls_server_config,
      headers: sections?.http_server_config ?? {},
      users: sections?.basic_auth_users ?? new Map<string, string>(),
      rateLimit: sections?.rate_limit,
    })),
  );
}

function httpSection() {
  const header = (isValid: (value: string) => boolean, expected: string) =>
    unlessEmpty(
      v.pipe(
        v.union([v.string(), v.number()], 'expected text'),
        v.transform(String),
        v.check((value) => isValid(value) && isHeaderValue(value), `expected ${expected}`),
      ),
    );
  const anyValue = header(() => true, 'text that a header may hold');
  const headers = section({
    'Content-Security-Policy': anyValue,
    'Strict-Transport-Security': anyValue,
    'X-Content-Type-Options': header((value) => value === 'nosniff', 'nosniff'),
    'X-Frame-Options': header((value) => ['deny', 'sameorigin'].includes(value), 'one of deny, sameorigin'),
    'X-XSS-Protection': anyValue,
  });
  return v.pipe(
    // http2 may be set for other exporters' sake: only HTTP/1.1 is served.
    section({ http2: unlessEmpty(flag()), headers: unlessEmpty(headers) }),
    v.transform(({ headers: given = {} }) => {
      const set: Record<string, string> = {};
      for (const [name, value] of Object.entries(given)) {
        if (value !== undefined) {
          set[name] = value;
        }
      }
      return set;
    }),
  );
}

function isHeaderValue(value: string): boolean {
  try {
    validateHeaderValue('X', value);
    return true;
  } catch {
    return false;
  }
}

/** User name → hash. A Map, since a user may have any name. */
function users() {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isObject, 'expected a mapping'),
    v.rawTransform(({ dataset, addIssue }) => {
      const hashes = new Map<string, string>();
      for (const [user, hash] of Object.entries(dataset.value)) {
        if (user.includes(':')) {
          addIssue({ message: 'a user name cannot hold a colon (RFC 7617)', path: issuePath(user) });
        } else if (typeof hash !== 'string' || !BCRYPT_HASH.test(hash)) {
          const message =
            'not a bcrypt hash that starts with $2a$, $2b$ or $2y$ and has a cost from 04 to 18';
          addIssue({ message, path: issuePath(user) });
        } else {
          hashes.set(user, hash);
        }
      }
      return hashes;
    }),
    v.metadata({ secretPart: /./u }),
  );
}

function rateLimitSection() {
  return v.pipe(
    section({
      interval: unlessEmpty(duration('0', '1h')),
      burst: unlessEmpty(integer(0, 1_000_000)),
    }),
    v.check(
      ({ interval = 0, burst = 0 }) => interval === 0 || burst > 0,
      'got an interval without a burst of at least 1, with which every request would be refused',
    ),
    v.transform(({ interval: intervalMs = 0, burst = 0 }) =>
      intervalMs === 0 ? undefined : { intervalMs, burst },
    ),
  );
}
