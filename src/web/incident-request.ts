// What a request for incidents asks for in its query. Whatever is wrong with it is said without repeating it.
import { type EpochMs, epochMs } from '../clock.js';
import { NODE_ID } from '../model/ids.js';

const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1000;

export interface IncidentQuery {
  /** Of this node alone; empty for all. */
  readonly nodeId: string;
  /** Begun then or later. */
  readonly since: EpochMs;
  readonly limit: number;
}

const PARAMETERS = ['node_id', 'since', 'limit'] as const;
type Parameter = (typeof PARAMETERS)[number];

/** The query, or in one line what is wrong with it. */
export function readIncidentQuery(query: string): IncidentQuery | string {
  const given = parametersOf(query);
  if (typeof given === 'string') {
    return given;
  }
  const { node_id: nodeId = '', since = '0', limit = String(DEFAULT_LIMIT) } = given;
  const from = instantOf(since);
  const most = /^\d{1,4}$/u.test(limit) ? Number(limit) : 0;
  if (nodeId !== '' && !NODE_ID.matches(nodeId)) {
    return `node_id: expected ${NODE_ID.kind}`;
  }
  if (from === undefined) {
    return 'since: expected seconds since 1970, or a time such as 2026-01-02T03:04:05Z';
  }
  if (most < 1 || most > MAX_LIMIT) {
    return `limit: expected a number from 1 to ${MAX_LIMIT}`;
  }
  return { nodeId, since: from, limit: most };
}

/** Of a request to record a node. */
export function readNodeId(query: string): { readonly nodeId: string } | string {
  const given = parametersOf(query);
  if (typeof given === 'string') {
    return given;
  }
  const { node_id: nodeId = '' } = given;
  return NODE_ID.matches(nodeId) ? { nodeId } : `node_id: expected ${NODE_ID.kind}`;
}

/** Those of other names are nobody's. */
function parametersOf(query: string): Partial<Record<Parameter, string>> | string {
  const parameters = new URLSearchParams(query);
  const given: Partial<Record<Parameter, string>> = {};
  for (const name of PARAMETERS) {
    const [value, ...others] = parameters.getAll(name);
    if (others.length > 0) {
      return `${name}: expected it once`;
    }
    if (value !== undefined && value !== '') {
      given[name] = value;
    }
  }
  return given;
}

/** A `+` that was not encoded has become a blank. */
const RFC_3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|([+ -])(\d\d:\d\d))$/iu;

function instantOf(text: string): EpochMs | undefined {
  if (/^\d{1,12}(?:\.\d{1,9})?$/u.test(text)) {
    return epochMs(Number(text) * 1000);
  }
  const [whole, date, time, sign = '', offset = ''] = RFC_3339.exec(text) ?? [];
  const zone = sign === '' ? 'Z' : `${sign.replace(' ', '+')}${offset}`;
  const at = Date.parse(`${date}T${time}${zone}`);
  // Dates that there are not, such as February 30, are taken for later ones.
  const isDate = whole !== undefined && new Date(`${date}T00:00Z`).getUTCDate() === Number(date?.slice(-2));
  return isDate && !Number.isNaN(at) ? epochMs(at) : undefined;
}
