// What a person chooses at the top of a dashboard. People see names; the values, and so the queries, are ids.
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '$datasource' };

/** The label matchers of what was chosen. Session series carry no project: the choice of instances stands for it. */
export const CHOSEN_NODES = 'instance_id=~"$instance",node_id=~"$node"';
export const CHOSEN_PROJECTS = 'project=~"$project"';

type VariableBuilder = DatasourceVariableBuilder | QueryVariableBuilder;

/** `many`: several nodes at a time, and all of them at first; else exactly one. */
export function variables(nodes: 'one' | 'many'): VariableBuilder[] {
  const many = nodes === 'many';
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    // Of projects without a known node, too.
    choice('project', 'Project', 'label_values(taurusdb_project_nodes, project)', true),
    choice('instance', 'Instance', named('instance', CHOSEN_PROJECTS), many).regex(namedRegex('instance')),
    choice('node', 'Node', named('node', `${CHOSEN_PROJECTS},instance_id=~"$instance"`), many).regex(
      namedRegex('node'),
    ),
  ];
}

function choice(name: string, label: string, query: string, many: boolean): QueryVariableBuilder {
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(many)
    .includeAll(many);
  return many ? builder.current({ text: ['All'], value: ['$__all'] }) : builder;
}

/** `text` is the name, or the id where there is no name: an empty name leaves the first replacement in place. */
function named(what: 'instance' | 'node', matchers: string): string {
  const id = `label_replace(taurusdb_node_info{${matchers}}, "text", "$1", "${what}_id", "(.+)")`;
  return `query_result(max by (${what}_id, text) (label_replace(${id}, "text", "$1", "${what}_name", "(.+)")))`;
}

/** Grafana takes the groups `text` and `value` from each line of a query_result, such as {node_id="…",text="…"} 1 …. */
function namedRegex(what: 'instance' | 'node'): string {
  return `/${what}_id="(?<value>[^"]+)",text="(?<text>.+)"}/`;
}
