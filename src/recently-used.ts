// What is known of so many things at most: what was asked for longest ago is forgotten.

/** The entry of the key, now the last in the map. */
export function recall<Value>(
  known: Map<string, Value>,
  key: string,
  most: number,
  create: () => Value,
): Value {
  const value = known.get(key) ?? create();
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) {
    known.delete(oldest);
  }
  return value;
}
