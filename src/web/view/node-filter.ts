// Which nodes a filter takes: those whose names, ids, place and state have all of its words.
import { CONDITION_TEXTS } from './condition.js';
import { type NodeView, roleName } from './node-view.js';

const knownTexts = new WeakMap<NodeView, string>();

/** Takes all nodes where there is no word. */
export function nodeFilter(words: string): (node: NodeView) => boolean {
  const wanted = folded(words).split(' ').filter(Boolean);
  return (node) => wanted.every((word) => textOf(node).includes(word));
}

function textOf(node: NodeView): string {
  const text = knownTexts.get(node) ?? folded(partsOf(node).join('\n'));
  knownTexts.set(node, text);
  return text;
}

function partsOf(node: NodeView): readonly string[] {
  return [
    node.node_name,
    node.node_id,
    node.instance_name,
    node.instance_id,
    node.project,
    node.role,
    roleName(node.role),
    node.cloud_region,
    node.state,
    CONDITION_TEXTS[node.condition].label,
  ];
}

/** Alike for texts that differ in case, width or the form of their characters: `ẞ` and `ss`, `Σ` and `ς`. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
}
