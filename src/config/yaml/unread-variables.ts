// Texts that were meant to be variables and are taken as they stand: the agent would send `$NAME` for the secret in it.
import { isObject } from '../../json.js';
import { referenceMeant } from '../meant/variables.js';
import type { ConfigPath } from './config-errors.js';

export interface UnreadVariable {
  readonly path: ConfigPath;
  /** What to write instead. */
  readonly reference: string;
}

/** `value`: as it is written, before variables are filled in. */
export function unreadVariables(
  value: unknown,
  env: NodeJS.ProcessEnv,
  path: ConfigPath = [],
): UnreadVariable[] {
  if (typeof value === 'string') {
    const reference = referenceMeant(value, env);
    return reference === undefined ? [] : [{ path, reference }];
  }
  const items: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(isObject(value) ? value : {});
  return items.flatMap(([key, item]) => unreadVariables(item, env, [...path, key]));
}
