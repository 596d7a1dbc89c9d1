import { incidentSettings } from '../../src/agent/settings.js';
import { defaultSettings } from '../../src/config/config-schema.js';

/** When incidents begin where the configuration says nothing. */
export const DEFAULT_TRIGGERS = incidentSettings(defaultSettings()).triggers;
