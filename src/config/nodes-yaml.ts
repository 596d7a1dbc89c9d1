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
}

/** What the configuration has no key for, instance names and roles, stands in comments. */
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

function keysOf({ instanceId, nodeId, name, role }: ListedNode): Record<string, Scalar> {
  // Quoted, as an id such as 0483e6… can be read as a number.
  const ids = { instance_id: quoted(instanceId), node_id: quoted(nodeId) };
  const last = name.trim() === '' ? ids.node_id : shown(name);
  if (role !== '') {
    last.comment = comment(role);
  }
  return last === ids.node_id ? ids : { ...ids, name: last };
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
