// Puts panels into rows and rows into a dashboard: places, numbers and what all dashboards share.
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { perNode, withNodeName } from './expressions.js';
import { CHOSEN_NODES, DATASOURCE, variables } from './variables.js';

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

interface DashboardText {
  /** Stable: links between the dashboards and people's bookmarks hold it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly nodes: 'one' | 'many';
  readonly rows: readonly Row[];
}

const TAG = 'taurusdb-sessions';

export function buildDashboard({ uid, title, description, nodes, rows }: DashboardText): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .variables(variables(nodes))
    .annotation(spikes())
    .annotation(incidents())
    .link(
      new DashboardLinkBuilder('TaurusDB sessions')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true),
    );
  let id = 1;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(id++));
    for (const panel of row.panels) {
      panel.id = id++;
      builder.withPanel({ build: () => panel });
    }
  }
  return builder.build();
}

function spikes(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Session spikes')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('orange')
    .expr('ALERTS{alertname=~"TaurusDBSessionSpike.*",alertstate="firing",node_id=~"$node"}')
    .titleFormat('{{alertname}}')
    .textFormat('{{node_name}} {{user}}{{client_host}}')
    .step('30s');
}

/** Where each incident began: the value is the time, in milliseconds. */
function incidents(): AnnotationQueryBuilder {
  const begun = perNode(`1000 * taurusdb_incident_last_timestamp_seconds{${CHOSEN_NODES}}`);
  return new AnnotationQueryBuilder()
    .name('Incidents')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .expr(withNodeName(begun))
    .useValueForTime(true)
    .titleFormat('Incident')
    .textFormat('{{node}}')
    .step('30s');
}
