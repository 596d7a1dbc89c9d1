// How the incidents of a history are printed: for programs as JSON, for people as lines below each series and a sum for each week.
import { type Backtest, backtest, type PastIncident } from '../../incidents/backtest.js';
import type { SpikeSettings, TriggerSettings } from '../../incidents/settings.js';
import { counted, firstCharacters, oneLine } from '../../visible-text.js';
import type { Series } from './history.js';

export interface SeriesReport extends Backtest {
  readonly series: Series;
  readonly weeks: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The epoch began on a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const MAX_NAME = 300;
const COLUMNS = ['STARTED', 'ENDED', 'KINDS', 'USUAL', 'PEAK'];

export function reportOf(series: Series, settings: TriggerSettings): SeriesReport {
  const { instants, values } = series;
  const first = instants[0] ?? 0;
  const weeks = ((instants.at(-1) ?? first) - first) / WEEK_MS;
  return { series, weeks: Math.round(100 * weeks) / 100, ...backtest(instants, values, settings) };
}

export function jsonReport(reports: readonly SeriesReport[]): string {
  const series = reports.map(({ series: { labels }, weeks, incidents }) => ({
    labels,
    weeks,
    incidents: incidents.map(({ kinds, startedAt, endedAt, usual, peak }) => ({
      kinds,
      started_at: timestamp(startedAt),
      ended_at: endedAt === undefined ? null : timestamp(endedAt),
      usual,
      peak,
    })),
  }));
  return `${JSON.stringify({ series }, undefined, 2)}\n`;
}

export function tableReport(reports: readonly SeriesReport[], { hold, spike }: TriggerSettings): string {
  const rule = `a spike is more than usual + ${growthText(spike)}, ${hold} in a row`;
  return [`${rule}; times are UTC`, ...reports.flatMap(seriesLines), '', ...weekLines(reports), ''].join(
    '\n',
  );
}

function growthText({ minGrowth, ratio, deviations }: SpikeSettings): string {
  return `max(${minGrowth}, ${Number((100 * ratio).toPrecision(6))} % of usual, ${deviations} × MAD)`;
}

function seriesLines({ series: { labels, instants }, weeks, incidents }: SeriesReport): string[] {
  const size = `${counted(instants.length, 'value')} in ${counted(weeks, 'week')}`;
  const heading = `${seriesName(labels)}: ${size}, ${counted(incidents.length, 'incident')}`;
  if (incidents.length === 0) {
    return ['', heading];
  }
  const rows = [COLUMNS, ...incidents.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return ['', heading, ...rows.map((row) => lineOf(row, widths))];
}

function cellsOf({ startedAt, endedAt, kinds, usual, peak }: PastIncident): string[] {
  const ended = endedAt === undefined ? 'lasts' : shortTime(endedAt);
  return [shortTime(startedAt), ended, kinds.join(','), String(usual), String(peak)];
}

/** Numbers stand to the right. */
function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) =>
    column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
  );
  return `  ${padded.join('  ')}`;
}

/** Of each week in which any of the series has a value. */
function weekLines(reports: readonly SeriesReport[]): string[] {
  const sums = new Map<number, { incidents: number; series: number }>();
  for (const { series, incidents } of reports) {
    for (const week of new Set(Array.from(series.instants, weekOf))) {
      const sum = sums.get(week) ?? { incidents: 0, series: 0 };
      sums.set(week, {
        incidents: sum.incidents + incidents.filter(({ startedAt }) => weekOf(startedAt) === week).length,
        series: sum.series + 1,
      });
    }
  }
  const lines = [...sums]
    .sort(([a], [b]) => a - b)
    .map(([week, { incidents, series }]) => {
      const monday = timestamp(FIRST_MONDAY_MS + week * WEEK_MS).slice(0, 10);
      const each = (incidents / series).toFixed(2);
      return `  week of ${monday}: ${counted(incidents, 'incident')}, ${each} for each of ${series} series`;
    });
  return ['all series, weeks from Monday on:', ...lines];
}

function weekOf(instant: number): number {
  return Math.floor((instant - FIRST_MONDAY_MS) / WEEK_MS);
}

/** As Prometheus writes one. */
function seriesName({ __name__: name = '', ...labels }: Series['labels']): string {
  const { series } = labels;
  if (name === '' && series !== undefined && Object.keys(labels).length === 1) {
    return firstCharacters(oneLine(series), MAX_NAME);
  }
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const text = `${name}${pairs.length > 0 || name === '' ? `{${pairs.join(', ')}}` : ''}`;
  return firstCharacters(oneLine(text), MAX_NAME);
}

/** RFC 3339, whole seconds. */
function timestamp(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

function shortTime(instant: number): string {
  return timestamp(instant).slice(0, 19).replace('T', ' ');
}
