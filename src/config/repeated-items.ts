// Refuses what stands twice in the list of projects: a project's name, a node. Two of them would publish the same
// series with different values.
import * as v from 'valibot';
import { isObject } from '../json.js';
import { issuePath } from './section.js';
import { type ConfigPath, formatPath } from './yaml/config-errors.js';

interface Item {
  readonly what: string;
  /** Undefined where it is missing or wrong, which is another mistake. */
  readonly id: string | undefined;
  readonly path: readonly (string | number)[];
}

export function refuseRepeatedItems<Input>(): v.RawCheckAction<Input> {
  return v.rawCheck(({ dataset, addIssue }) => {
    const projects = listAt(dataset.value, 'projects');
    const seen = new Map<string, ConfigPath>();
    for (const { what, id, path } of projects.flatMap(itemsOf)) {
      const first = id === undefined ? undefined : seen.get(`${what} ${id}`);
      if (first !== undefined) {
        const message = `this ${what} is already at ${formatPath(['projects', ...first])}`;
        addIssue({ message, path: issuePath('projects', ...path) });
      } else if (id !== undefined) {
        seen.set(`${what} ${id}`, path);
      }
    }
  });
}

function itemsOf(project: unknown, index: number): Item[] {
  const nodes = listAt(project, 'nodes').map((node, position) => ({
    what: 'node',
    id: textAt(node, 'node_id'),
    path: [index, 'nodes', position],
  }));
  return [{ what: 'project name', id: textAt(project, 'name'), path: [index, 'name'] }, ...nodes];
}

function listAt(value: unknown, key: string): unknown[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}

function textAt(value: unknown, key: string): string | undefined {
  const text = isObject(value) ? value[key] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
