// How flags name simulated nodes: one or several, parted by commas.
import { type Kind, parseDuration } from '../../config/kinds.js';
import { durationMeant } from '../../config/meant/figures.js';

export interface NodeFlood {
  readonly node: string;
  /** From the start of the simulator on. */
  readonly afterMs: number;
}

/** As many collections of ten seconds as it takes to know what is usual. */
const CALM_MS = 120_000;

export const NODE_LIST: Kind<readonly string[]> = {
  expected: 'names or ids of nodes, parted by commas',
  parse: (text) => listOf(text, (item) => (item.includes(':') ? undefined : item)),
};

export const FLOOD_LIST: Kind<readonly NodeFlood[]> = {
  expected:
    'names or ids of nodes, parted by commas, each with or without a duration, as in orders-primary:30s',
  parse: (text) =>
    listOf(text, (item) => {
      const [node = '', after, ...rest] = item.split(':');
      const afterMs = after === undefined ? CALM_MS : parseDuration(after);
      return node === '' || afterMs === undefined || rest.length > 0 ? undefined : { node, afterMs };
    }),
  meant: (text) => {
    const written = text.replaceAll(/:([^:,]*)(?=,|$)/gu, (all, after: string) =>
      parseDuration(after) === undefined ? `:${durationMeant(after, () => true) ?? after}` : all,
    );
    return FLOOD_LIST.parse(written) === undefined ? undefined : `"${written}"`;
  },
};

function listOf<Item>(text: string, itemOf: (text: string) => Item | undefined): Item[] | undefined {
  const items = text.split(',').map((item) => (item.trim() === '' ? undefined : itemOf(item.trim())));
  const read = items.filter((item) => item !== undefined);
  return read.length === items.length ? read : undefined;
}
