// Every fault that the agent is known to meet, by the reason that it must be counted under: each reason has a row.
import type { FailureReason } from '../../src/model/failure.js';
import { API_FAULTS, TASK_FAULTS, THROTTLED_FAULTS } from './api-faults.js';
import { AUTH_FAULTS } from './auth-faults.js';
import { CSV_FAULTS, TOO_LARGE_FAULTS } from './csv-faults.js';
import type { Fault } from './fault.js';
import { IDENTITY_FAULTS } from './identity-faults.js';
import { INTERNAL_FAULTS } from './internal-faults.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { TIMEOUT_FAULTS } from './timeout-faults.js';

export const FAULTS = {
  network: [...NETWORK_FAULTS, ...IDENTITY_FAULTS.network],
  timeout: [...TIMEOUT_FAULTS, ...IDENTITY_FAULTS.timeout],
  auth: [...AUTH_FAULTS, ...IDENTITY_FAULTS.auth],
  throttled: [...THROTTLED_FAULTS, ...IDENTITY_FAULTS.throttled],
  api: [...API_FAULTS, ...IDENTITY_FAULTS.api],
  task_error: TASK_FAULTS.error,
  task_unrecognized: TASK_FAULTS.unrecognized,
  csv: CSV_FAULTS,
  too_large: [...TOO_LARGE_FAULTS, ...IDENTITY_FAULTS.too_large],
  internal: INTERNAL_FAULTS,
} satisfies Record<FailureReason, readonly Fault[]>;
