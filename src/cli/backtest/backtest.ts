// Prints the incidents that the settings would have begun on a history of session counts, so that they can be judged before the
// night: of a file, or of standard input.
import { incidentSettings } from '../../agent/settings.js';
import { defaultSettings } from '../../config/config-schema.js';
import { loadConfig } from '../../config/load-config.js';
import type { TriggerSettings } from '../../incidents/settings.js';
import { counted } from '../../visible-text.js';
import { UsageError } from '../command-line.js';
import { configSource, type FlagValues } from '../flags.js';
import { print, printError } from '../terminal.js';
import { readHistory, STANDARD_INPUT } from './read-history.js';
import { jsonReport, reportOf, tableReport } from './report.js';

/** `files`: the one. Rejects where it cannot be read. */
export async function backtestFile(
  flags: FlagValues,
  [file = STANDARD_INPUT]: readonly string[],
): Promise<number> {
  if (file === STANDARD_INPUT && flags['config.file'] === STANDARD_INPUT) {
    throw new UsageError('backtest: got - twice, expected the configuration or the history from a file');
  }
  const settings = await triggersOf(flags);
  const history = await readHistory(file);
  const reports = history.series.map((series) => reportOf(series, settings));
  if (history.leftOut > 0) {
    printError(`left out ${counted(history.leftOut, 'value')} that are no number of sessions, such as NaN\n`);
  }
  const suppressed = reports.reduce((sum, report) => sum + report.suppressed, 0);
  if (suppressed > 0) {
    printError(
      `left out ${counted(suppressed, 'incident')} beyond incidents.max_per_day (${settings.maxPerDay})\n`,
    );
  }
  print(flags.output === 'json' ? jsonReport(reports) : tableReport(reports, settings));
  return 0;
}

/** Without a configuration the defaults. */
async function triggersOf(flags: FlagValues): Promise<TriggerSettings> {
  const config =
    flags['config.file'] === undefined
      ? defaultSettings()
      : loadConfig(await configSource(flags), process.env).config;
  return incidentSettings(config).triggers;
}
