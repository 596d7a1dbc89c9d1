// The keys that a flag of the same name comes before, with the one kind and the one default of both.
import { choice, type Kind, LISTEN_ADDRESS, TELEMETRY_PATH } from './kinds.js';

export const FLAG_KEYS = {
  'web.listen_address': { kind: LISTEN_ADDRESS, default: ':10104' },
  'web.telemetry_path': { kind: TELEMETRY_PATH, default: '/metrics' },
  'log.level': { kind: choice(['debug', 'info', 'warn', 'error']), default: 'info' },
  'log.format': { kind: choice(['logfmt', 'json']), default: 'logfmt' },
} as const satisfies Record<string, { readonly kind: Kind; readonly default: string }>;
