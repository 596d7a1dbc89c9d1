// Tables: several instant queries, joined on the labels that their results share.
import * as common from '@grafana/grafana-foundation-sdk/common';
import { type DynamicConfigValue, MappingType, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as table from '@grafana/grafana-foundation-sdk/table';
import { dataquery, described, type PanelText, type Steps, thresholds } from './panel.js';

export interface Column {
  /** A label, or `Value #A` for the value of the first query (`Value` where there is only one). */
  readonly field: string;
  readonly title: string;
  /** Instead of the table's. */
  readonly unit?: string;
  readonly decimals?: number;
  /** Colours the cell. */
  readonly steps?: Steps;
  /** Words for values. */
  readonly words?: Readonly<Record<string, string>>;
  /** Address that the cell leads to. */
  readonly link?: string;
}

interface TableText extends PanelText {
  readonly height: number;
  readonly expressions: readonly string[];
  /** From left to right. */
  readonly columns: readonly Column[];
  /** Fields that would show although no column names them. */
  readonly hidden: readonly string[];
  /** Title of the column to sort by, highest first. */
  readonly sortBy: string;
}

export function dataTable(text: TableText): Panel {
  const builder = new table.PanelBuilder()
    .height(text.height)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(text.sortBy).desc(true)])
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: Object.fromEntries(['Time', ...text.hidden].map((field) => [field, true])),
          indexByName: Object.fromEntries(text.columns.map(({ field }, index) => [field, index])),
          renameByName: Object.fromEntries(text.columns.map(({ field, title }) => [field, title])),
        },
      },
    ]);
  text.expressions.forEach((expr, index) => {
    builder.withTarget(dataquery({ expr }, index).instant().format(PromQueryFormat.Table));
  });
  for (const column of text.columns) {
    const settings = overrides(column);
    if (settings.length > 0) {
      builder.overrideByName(column.title, settings);
    }
  }
  return described(builder, text);
}

function overrides({ unit, decimals, steps, words, link }: Column): DynamicConfigValue[] {
  const settings: DynamicConfigValue[] = [];
  if (unit !== undefined) {
    settings.push({ id: 'unit', value: unit });
  }
  if (decimals !== undefined) {
    settings.push({ id: 'decimals', value: decimals });
  }
  if (steps !== undefined) {
    settings.push(
      { id: 'thresholds', value: thresholds(steps).build() },
      { id: 'custom.cellOptions', value: { type: common.TableCellDisplayMode.ColorBackground } },
    );
  }
  if (words !== undefined) {
    const options = Object.fromEntries(Object.entries(words).map(([value, text]) => [value, { text }]));
    settings.push({ id: 'mappings', value: [{ type: MappingType.ValueToText, options }] });
  }
  if (link !== undefined) {
    settings.push({ id: 'links', value: [{ title: '', url: link }] });
  }
  return settings;
}
