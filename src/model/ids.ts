// The formats of the cloud's ids (API reference, "URI parameters" of each page). Ids become part of request paths: one of
// another format could change the path, and is refused.

export interface IdFormat {
  /** Completes "expected …". */
  readonly kind: string;
  matches(value: unknown): value is string;
}

export const PROJECT_ID = idFormat('32 letters and digits', /^[A-Za-z0-9]{32}$/u);
export const INSTANCE_ID = idFormat('36 letters and digits that end in in07', /^[A-Za-z0-9]{32}in07$/u);
export const NODE_ID = idFormat('36 letters and digits that end in no07', /^[A-Za-z0-9]{32}no07$/u);

function idFormat(kind: string, pattern: RegExp): IdFormat {
  return { kind, matches: (value): value is string => typeof value === 'string' && pattern.test(value) };
}
