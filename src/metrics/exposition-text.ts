// How series are written, in Prometheus' text format 0.0.4 and in OpenMetrics 1.0.0. The two differ in headers, in the
// label `le` and at the end; the lines of a node's samples are the same in both.
// https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/
import type { MetricFamily } from './metric-family.js';

export const EXPOSITION_FORMATS = ['text', 'openmetrics'] as const;
export type ExpositionFormat = (typeof EXPOSITION_FORMATS)[number];

export const CONTENT_TYPES = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const satisfies Record<ExpositionFormat, string>;

/** What stands behind the last sample. */
export const END_OF_EXPOSITION = { text: '', openmetrics: '# EOF\n' } as const;

/** The HELP and TYPE lines; OpenMetrics names a counter's family without the `_total` of its samples. */
export function headerLines(
  family: Pick<MetricFamily, 'name' | 'help'> & { readonly type: string },
  format: ExpositionFormat,
): string {
  const openMetrics = format === 'openmetrics';
  const name = openMetrics && family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
  // Only OpenMetrics escapes quotes in HELP: text 0.0.4 would show the backslash.
  const help = openMetrics
    ? escapeLabelValue(family.help)
    : family.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${help}\n# TYPE ${name} ${family.type}\n`;
}

/** `labels` is what stands between the braces. */
export function sampleLine(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

/** `name="value"`. Control characters other than line feed stay as they are: neither format escapes them. */
export function label(name: string, value: string): string {
  return `${name}="${escapeLabelValue(value)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function escapeLabelValue(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}
