// Nodes as the text of a configuration, to be copied from.
import { Document, Scalar } from 'yaml';
import { escapeControls, hasControls, oneLine } from '../visible-text.js';

export interface NodesOfProject {
  readonly project: string;
  /** Those of one instance stand together. */
  readonly nodes: readonly ListedNode[];
}

interface ListedNode {
  readonly instanceId: string;
  readonly instanceName: string;
  readonly nodeId: string;
  readonly name: string;
  readonly role: string;
  readonly maxConnections?: number;
}

/** A comment stands above each instance. Roles are comments, too: where only the list says one, it would outlive a failover. */
export function nodesYaml(projects: readonly NodesOfProject[]): string {
  const document = new Document();
  document.contents = document.createNode({
    projects: projects.map(({ project, nodes }) => ({
      name: shown(project),
      nodes: nodes.map((node, index) => {
        const item = document.createNode(keysOf(node));
        if (node.instanceId !== nodes[index - 1]?.instanceId) {
          item.commentBefore = comment(node.instanceName);
        }
        return item;
      }),
    })),
  });
  // Where such characters are left, they stand in double quotes.
  return escapeControls(document.toString({ lineWidth: 0 }));
}

function keysOf(node: ListedNode): Record<string, Scalar> {
  const { instanceId, nodeId, name, instanceName, role, maxConnections = 0 } = node;
  // Quoted, as an id such as 0483e6… can be read as a number.
  const ids = { instance_id: quoted(instanceId), node_id: quoted(nodeId) };
  const named = name.trim() === '' ? ids : { ...ids, name: shown(name) };
  if (role !== '') {
    ('name' in named ? named.name : ids.node_id).comment = comment(role);
  }
  return {
    ...named,
    ...(instanceName.trim() !== '' && { instance_name: shown(instanceName) }),
    ...(maxConnections > 0 && { max_connections: new Scalar(maxConnections) }),
  };
}

function quoted(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

/** Quoted where it has characters that can only be written as escapes. What would be a variable is not one. */
function shown(text: string): Scalar<string> {
  const literal = text.replaceAll('${', () => '$${');
  return hasControls(literal) ? quoted(literal) : new Scalar(literal);
}

/** A name is others' text: a line break in it must not end the comment. */
function comment(text: string): string {
  return ` ${oneLine(text)}`;
}
