// All that commands print: names are others' text, and must not move the cursor or turn the text of a terminal around.
import { escapeControls } from '../visible-text.js';

/** On standard output. */
export function print(text: string): void {
  process.stdout.write(escapeControls(text));
}

/** On standard error. */
export function printError(text: string): void {
  process.stderr.write(escapeControls(text));
}

/** On standard output: the exposition formats have no escapes, so only a terminal gets other text than a scraper. */
export function printMetrics(text: string): void {
  process.stdout.write(process.stdout.isTTY ? escapeControls(text) : text);
}

/** In place of what it showed before; empty: nothing. On a terminal alone. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${escapeControls(text)}`);
  }
}
