// What the address of a page asks for behind its `?`: one form for each page that is shown, so that equal pages have equal
// addresses and are rendered once.
import { firstCharacters, oneLine } from '../../visible-text.js';

export interface PageQuery {
  /** The words that a node must have; empty for all nodes. */
  readonly q: string;
  /** Id of the node to open; empty for none. */
  readonly open: string;
  /** Whether the page stays as it is. */
  readonly paused: boolean;
  /** Id of the node whose incidents are shown; empty for all nodes. */
  readonly node: string;
}

export const NO_QUERY: PageQuery = { q: '', open: '', paused: false, node: '' };
export const MAX_FILTER_LENGTH = 100;

/** What changes nothing is left out; `isNode` tells whether there is such a node. */
export function readQuery(text: string, isNode: (nodeId: string) => boolean): PageQuery {
  const parameters = new URLSearchParams(text);
  const open = parameters.get('open') ?? '';
  return {
    q: filterText(parameters.get('q') ?? ''),
    open: isNode(open) ? open : '',
    paused: parameters.get('refresh') === 'off',
    node: '',
  };
}

/** Behind the `?`; empty where nothing is asked for. */
export function writeQuery(query: PageQuery): string {
  return new URLSearchParams(queryFields(query)).toString();
}

/** By the names of the fields of a form. */
export function queryFields({ q, open, paused, node }: PageQuery): [name: string, value: string][] {
  const fields: [string, string][] = [
    ['q', q],
    ['open', open],
    ['refresh', paused ? 'off' : ''],
    ['node_id', node],
  ];
  return fields.filter(([, value]) => value !== '');
}

/** The page's address with this query. */
export function pathWith(path: string, query: PageQuery): string {
  const written = writeQuery(query);
  return written === '' ? path : `${path}?${written}`;
}

function filterText(text: string): string {
  const written = oneLine(text.normalize('NFKC')).replace(/\s+/gu, ' ').trim();
  return firstCharacters(written, MAX_FILTER_LENGTH).trim();
}
