// Graphs and single numbers, with what all panels of the dashboards have in common.
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE } from './variables.js';

export interface PanelText {
  readonly title: string;
  /** What the panel shows and what to conclude from it, for the person who hovers over its title. */
  readonly description: string;
  /** An id of Grafana's list of units: `short`, `s`, `percentunit`, `bytes`, … */
  readonly unit: string;
  /** In columns of 24. */
  readonly width: number;
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** Green below the first step; each step colours the values from it on. */
export type Steps = readonly { readonly from: number; readonly color: 'green' | 'yellow' | 'red' }[];

interface GraphText extends PanelText {
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  /** Drawn as dashed lines. */
  readonly steps?: Steps;
}

export function graph(text: GraphText): Panel {
  const stacked = text.stacked === true;
  const builder = new timeseries.PanelBuilder()
    .height(8)
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 10)
    .axisSoftMin(0)
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
  if (stacked) {
    builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  }
  if (text.steps !== undefined) {
    builder
      .thresholds(thresholds(text.steps))
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
  }
  text.queries.forEach((query, index) => {
    builder.withTarget(dataquery(query, index).range());
  });
  return described(builder, text);
}

interface NumberText extends PanelText {
  readonly query: Query;
  readonly steps?: Steps;
  /** Shows the legend instead of the value. */
  readonly asText?: boolean;
}

export function number(text: NumberText): Panel {
  const builder = new stat.PanelBuilder()
    .height(4)
    .colorMode(text.steps === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(text.asText === true ? common.BigValueTextMode.Name : common.BigValueTextMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .withTarget(dataquery(text.query, 0).instant());
  if (text.steps !== undefined) {
    builder
      .thresholds(thresholds(text.steps))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  }
  return described(builder, text);
}

export function thresholds(steps: Steps): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: 'green' }, ...steps.map(({ from, color }) => ({ value: from, color }))]);
}

/** Grafana addresses a panel's queries by letters; the SDK leaves them out. */
export function dataquery({ expr, legend = '__auto' }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode('A'.charCodeAt(0) + index));
}

/** What every kind of panel builder can be told. */
interface DescribableBuilder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(width: number): this;
  datasource(datasource: common.DataSourceRef): this;
  build(): Panel;
}

export function described(builder: DescribableBuilder, text: PanelText): Panel {
  return builder
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .span(text.width)
    .datasource(DATASOURCE)
    .build();
}
