// A statement as `digest` prints it: a line, or nothing for one of which nothing is left.
import { flagsOf, type Statement } from '../../statements/statement.js';
import { escapeControls } from '../../visible-text.js';

export function statementLine(statement: Statement, asJson: boolean): Buffer {
  const { digest, text, isCut, isAmbiguous, isSensitive, family } = statement;
  if (text === '') {
    return Buffer.alloc(0);
  }
  const line = asJson
    ? JSON.stringify({ digest, text, cut: isCut, ambiguous: isAmbiguous, sensitive: isSensitive, family })
    : // A quoted name may have line feeds.
      `${digest} ${flagsOf(statement)} ${text.replaceAll('\n', '\\u000a')}`;
  return Buffer.from(`${escapeControls(line)}\n`);
}
