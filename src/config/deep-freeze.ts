// Makes plain data unchangeable, all the way down.
import type { Secret } from './secret.js';

export type DeepReadonly<T> = T extends string | number | boolean | undefined | Secret
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

export function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) {
      deepFreeze(part);
    }
  }
  // The same value: only its type is narrowed to what freezing leaves possible.
  return value as DeepReadonly<T>;
}
