// Reads the text format back, strictly: what the tests compare with what was rendered.

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/u;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/gu;
const UNESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

export function parseSamples(text: string): readonly ParsedSample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) {
      throw new Error(`not a sample line: ${JSON.stringify(line)}`);
    }
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', escaped = '']): [string, string] => [
      label,
      escaped.replace(/\\[\\"n]/g, (sequence) => UNESCAPED[sequence] ?? sequence),
    ]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}
