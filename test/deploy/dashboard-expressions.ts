// Every PromQL expression of the committed dashboards, with Grafana's variables replaced as Grafana would.
import { readdirSync, readFileSync } from 'node:fs';

export const GRAFANA_FOLDER = new URL('../../deploy/grafana/', import.meta.url);

export interface GridPos {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query?: string;
  readonly regex?: string;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly links: readonly { readonly includeVars: boolean; readonly keepTime: boolean }[];
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly expr?: string;
      readonly useValueForTime?: boolean;
    }[];
  };
}

export function readDashboards(): Map<string, DashboardJson> {
  const names = readdirSync(GRAFANA_FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(
    names.map((name) => [
      name,
      JSON.parse(readFileSync(new URL(name, GRAFANA_FOLDER), 'utf8')) as DashboardJson,
    ]),
  );
}

/** By the panel that they stand in. Every choice is `All`, or the node's id where a dashboard shows one. */
export function panelExpressions(
  dashboard: DashboardJson,
  nodeId: string,
): { where: string; expr: string }[] {
  return dashboard.panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ refId, expr }) => ({
      where: `${dashboard.title} / ${panel.title} ${refId}`,
      expr: replaceVariables(expr, dashboard, nodeId),
    })),
  );
}

/** What marks moments on all graphs of a dashboard. */
export function annotationExpressions(
  dashboard: DashboardJson,
  nodeId: string,
): { where: string; expr: string }[] {
  return dashboard.annotations.list.flatMap(({ name, expr }) =>
    expr === undefined
      ? []
      : [{ where: `${dashboard.title} / mark ${name}`, expr: replaceVariables(expr, dashboard, nodeId) }],
  );
}

/** The expression inside a variable's query_result(…), and what Grafana takes from each line of its answer. */
export function variableQueries(
  dashboard: DashboardJson,
  nodeId: string,
): { name: string; expr: string; regex: RegExp }[] {
  return dashboard.templating.list.flatMap(({ name, query, regex }) => {
    const expr = /^query_result\((.*)\)$/.exec(query ?? '')?.[1];
    return expr === undefined || regex === undefined
      ? []
      : [{ name, expr: replaceVariables(expr, dashboard, nodeId), regex: new RegExp(regex.slice(1, -1)) }];
  });
}

function replaceVariables(expr: string, dashboard: DashboardJson, nodeId: string): string {
  const node = dashboard.uid === 'taurusdb-node' ? nodeId : '.+';
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1m')
    .replaceAll('$project', '.+')
    .replaceAll('$instance', '.+')
    .replaceAll('$node', node);
}
