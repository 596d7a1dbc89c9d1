// The lines in a record, as they would be if the line ends of other systems were any.
const LINE_ENDS: Readonly<Record<string, string>> = {
  '\r': 'CR alone',
  '\u000b': 'VT (U+000B)',
  '\u000c': 'FF (U+000C)',
  '\u001c': 'FS (U+001C)',
  '\u001d': 'GS (U+001D)',
  '\u001e': 'RS (U+001E)',
  '\u0085': 'NEL (U+0085)',
  '\u2028': 'a line separator (U+2028)',
  '\u2029': 'a paragraph separator (U+2029)',
};

export interface Lines {
  readonly count: number;
  /** The name of the first line end. */
  readonly lineEnd: string | undefined;
  /** Of the first one behind all text. */
  readonly lastLineEnd: string | undefined;
}

export function linesOf(record: Uint8Array): Lines {
  const unquoted = Buffer.from(record)
    .toString()
    .replace(/(^|,)"(?:[^"]|"")*(?:"|$)/gu, '$1Q')
    .replaceAll('\r\n', '\n');
  const pieces: { text: string; end: string }[] = [{ text: '', end: '' }];
  for (const character of unquoted) {
    const piece = pieces.at(-1);
    if (piece !== undefined && character in LINE_ENDS) {
      piece.end = character;
      pieces.push({ text: '', end: '' });
    } else if (piece !== undefined) {
      piece.text += character;
    }
  }
  const said = pieces.filter(({ text }) => /[^ \t\r\n]/u.test(text));
  const [first, second] = said;
  return {
    count: said.length,
    lineEnd: second === undefined ? undefined : LINE_ENDS[first?.end ?? ''],
    lastLineEnd: LINE_ENDS[said.at(-1)?.end ?? ''],
  };
}

/** The name of the line end that the text begins with. */
export function lineEndAt(text: string): string | undefined {
  if (text.startsWith('\r\r\n')) {
    return 'CR CR LF';
  }
  return text.startsWith('\r\n') ? undefined : LINE_ENDS[text[0] ?? ''];
}

export function lineEndMessage(name: string, line: number): string {
  return `csv line ends: got ${name}, expected LF or CRLF: convert a saved file, report one that the API sent to Huawei Cloud (line ${line})`;
}
