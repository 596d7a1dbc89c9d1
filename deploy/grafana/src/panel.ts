// The three kinds of panel that the dashboards are made of, with what they all have in common.
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE } from './variables.js';

export interface PanelText {
  readonly title: string;
  /** What the panel shows and what to conclude from it, for the person who hovers over its title. */
  readonly description: string;
  /** An id of Grafana's unit list: `short`, `s`, `percentunit`, `bytes`, … */
  readonly unit: string;
  /** In columns of 24. */
  readonly width: number;
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** Green below the first step; each step colours the values from it on. */
export type Steps = readonly (readonly [from: number, color: 'yellow' | 'red' | 'green'])[];

interface TimeseriesText extends PanelText {
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  /** Drawn as lines. */
  readonly steps?: Steps;
  readonly max?: number;
}

export function timeseriesPanel(text: TimeseriesText): Panel {
  const builder = new timeseries.PanelBuilder()
    .height(8)
    .lineWidth(1)
    .fillOpacity(text.stacked === true ? 40 : 10)
    .min(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
  if (text.stacked === true) {
    builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  }
  if (text.steps !== undefined) {
    builder
      .thresholds(thresholds(text.steps))
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
  }
  if (text.max !== undefined) {
    builder.max(text.max);
  }
  text.queries.forEach((query, index) => {
    builder.withTarget(
      dataquery(query, index)
        .range()
        .legendFormat(query.legend ?? '__auto'),
    );
  });
  return described(builder, text);
}

interface StatText extends PanelText {
  readonly query: Query;
  readonly steps?: Steps;
  /** Shown instead of the value, for queries whose legend says more than their number. */
  readonly showLegend?: boolean;
}

export function statPanel(text: StatText): Panel {
  const builder = new stat.PanelBuilder()
    .height(4)
    .colorMode(text.steps === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(text.showLegend === true ? common.BigValueTextMode.Name : common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .withTarget(
      dataquery(text.query, 0)
        .instant()
        .legendFormat(text.query.legend ?? '__auto'),
    );
  if (text.steps !== undefined) {
    builder
      .thresholds(thresholds(text.steps))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  }
  return described(builder, text);
}

export interface Column {
  /** What Grafana calls the field: a label, or `Value #A` for the first query's value. */
  readonly field: string;
  readonly title: string;
  readonly settings?: readonly DynamicConfigValue[];
}

interface TableText extends PanelText {
  readonly height: number;
  readonly queries: readonly Query[];
  /** In order; fields that are not listed are hidden. */
  readonly columns: readonly Column[];
  readonly hidden: readonly string[];
  /** Title of the column to sort by, highest first. */
  readonly sortBy: string;
}

/** Joins the queries' results on the labels that they share: one row for each set of labels. */
export function tablePanel(text: TableText): Panel {
  const builder = new table.PanelBuilder()
    .height(text.height)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(text.sortBy).desc(true)])
    .transformations(joined(text));
  text.queries.forEach((query, index) => {
    builder.withTarget(dataquery(query, index).instant().format(PromQueryFormat.Table));
  });
  for (const { title, settings } of text.columns) {
    if (settings !== undefined) {
      builder.overrideByName(title, [...settings]);
    }
  }
  return described(builder, text);
}

function joined({ columns, hidden }: TableText): DataTransformerConfig[] {
  return [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(['Time', ...hidden].map((field) => [field, true])),
        indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
      },
    },
  ];
}

export function thresholds(steps: Steps): ThresholdsConfigBuilder {
  const base: Threshold = { value: null, color: 'green' };
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([base, ...steps.map(([value, color]) => ({ value, color }))]);
}

function dataquery({ expr }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).refId(String.fromCharCode('A'.charCodeAt(0) + index));
}

interface AnyPanelBuilder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(width: number): this;
  datasource(datasource: common.DataSourceRef): this;
  build(): Panel;
}

function described(builder: AnyPanelBuilder, { title, description, unit, width }: PanelText): Panel {
  return builder
    .title(title)
    .description(description)
    .unit(unit)
    .span(width)
    .datasource(DATASOURCE)
    .build();
}
