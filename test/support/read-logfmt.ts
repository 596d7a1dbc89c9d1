// Reads a line of logfmt as strictly as go-logfmt, which Loki and others read it with.
import assert from 'node:assert/strict';

const PAIR = /([a-z_]+)=(?:([^\s"=\p{Cc}\ufffd]+)|("(?:[^"\\\p{Cc}]|\\.)*"))(?: |\n$)/uy;

export function readLogfmt(line: string): Record<string, string> {
  const pairs: [string, string][] = [];
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < line.length) {
    const at = PAIR.lastIndex;
    const match = PAIR.exec(line);
    assert.ok(match !== null, `no logfmt from ${at}: ${line}`);
    const [, name = '', bare, quoted = '""'] = match;
    pairs.push([name, bare ?? (JSON.parse(quoted) as string)]);
  }
  const names = pairs.map(([name]) => name);
  assert.equal(new Set(names).size, names.length, `a name stands twice: ${line}`);
  return Object.fromEntries(pairs);
}
