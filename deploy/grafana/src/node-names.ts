// Session series know a node by its ids; people know it by its name.

/** Adds the label `node`: the node's name, or its id where it has none. `expr` yields instance_id and node_id. */
export function withNodeName(expr: string): string {
  const id = 'label_replace(max by (instance_id, node_id, node_name) (taurusdb_node_info), "node", "$1", "node_id", "(.+)")';
  return `(${expr}) * on (instance_id, node_id) group_left (node) label_replace(${id}, "node", "$1", "node_name", "(.+)")`;
}
