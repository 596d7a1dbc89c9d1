// The routes of incidents: as JSON for programs (docs/api.md), each also as a page for people, and a node that is recorded by hand.
import type { IncomingMessage } from 'node:http';
import type { NodeStatus } from '../collect/node-store.js';
import { forReader, summaryForReader } from '../incidents/for-reader.js';
import { readIncidentId } from '../incidents/parse-record.js';
import { type IncidentRecord, type IncidentSummary, summaryOf } from '../incidents/record.js';
import type { IncidentRecords } from '../incidents/records.js';
import type { TextVisibility } from '../statements/text-visibility.js';
import { answerInFull, conditional } from './conditional-answer.js';
import { readIncidentQuery, readNodeId } from './incident-request.js';
import { renderIncident } from './page/incidents/incident-page.js';
import { renderNoIncident } from './page/incidents/incidents-page.js';
import { PAGE_HEADERS, type PageOptions } from './page/layout.js';
import type { IncidentFolder } from './paths.js';
import { type Answer, NOT_FOUND, type Route } from './router.js';
import { lastingIncidents } from './view/incident-view.js';

const JSON_HEADERS = { 'Content-Type': 'application/json' };
/** Of a node, where an id is unknown. */
const MOST_NAMED = 10;

export const INCIDENTS_DISABLED: Answer = {
  status: 404,
  body: 'not found: incidents are disabled (incidents.enabled)\n',
};
const NOT_ALLOWED: Answer = { status: 403, body: 'recording over HTTP is not enabled\n' };

export interface IncidentRoutesOptions {
  /** Asked for each answer; undefined where incidents are disabled. */
  readonly incidents: () => IncidentRecords | undefined;
  readonly texts: () => TextVisibility;
  /** Of which incidents last. */
  readonly nodes: () => readonly NodeStatus[];
  readonly layout: () => Omit<PageOptions, 'query'>;
  /** With --web.enable-lifecycle. */
  readonly mayRecord: boolean;
}

interface IncidentRoutes {
  readonly list: Pick<Route, 'methods' | 'answer'>;
  /** For the records in them. */
  readonly folders: Readonly<Record<IncidentFolder, Route['answer']>>;
}

export function incidentRoutes({
  incidents,
  texts,
  nodes,
  layout,
  mayRecord,
}: IncidentRoutesOptions): IncidentRoutes {
  /** `show` makes the answer to who may read the record so. */
  const ofRecord =
    (
      folder: IncidentFolder,
      show: (request: IncomingMessage, record: IncidentRecord) => Promise<Answer>,
      showNone: (request: IncomingMessage, ofNode: readonly IncidentSummary[]) => Answer | Promise<Answer>,
    ): Route['answer'] =>
    async (request, { path }) => {
      const records = incidents();
      if (records === undefined) {
        return INCIDENTS_DISABLED;
      }
      const id = path.slice(folder.length);
      const nodeId = readIncidentId(id)?.nodeId;
      if (nodeId === undefined) {
        return NOT_FOUND;
      }
      const record = await records.get(id);
      return record === undefined
        ? showNone(
            request,
            records.list().filter((one) => one.node_id === nodeId),
          )
        : conditional(request, await show(request, forReader(record, texts())));
    };

  return {
    list: {
      methods: ['GET', 'POST'],
      answer: (request, { query }) => {
        const isPost = request.method === 'POST';
        if (isPost && !mayRecord) {
          return NOT_ALLOWED;
        }
        const records = incidents();
        if (records === undefined) {
          return INCIDENTS_DISABLED;
        }
        return isPost
          ? answerRecording(request, query, records, texts())
          : answerList(request, query, records, texts());
      },
    },
    folders: {
      '/incidents/': ofRecord(
        '/incidents/',
        (request, record) => {
          const lasts = lastingIncidents(nodes()).has(record.id);
          const page = renderIncident(record, texts(), lasts, layout());
          return answerInFull(request, 200, PAGE_HEADERS, page);
        },
        (request, ofNode) => {
          const shown = ofNode.map((one) => summaryForReader(one, texts()));
          return answerInFull(
            request,
            404,
            PAGE_HEADERS,
            renderNoIncident(shown, lastingIncidents(nodes()), layout()),
          );
        },
      ),
      '/api/v1/incidents/': ofRecord(
        '/api/v1/incidents/',
        (request, record) => answerInFull(request, 200, JSON_HEADERS, jsonOf(record)),
        (_, ofNode) => ({ status: 404, body: `not found: ${whatThereIs(ofNode)}\n` }),
      ),
    },
  };
}

async function answerList(
  request: IncomingMessage,
  query: string,
  records: IncidentRecords,
  texts: TextVisibility,
): Promise<Answer> {
  const asked = readIncidentQuery(query);
  if (typeof asked === 'string') {
    return badRequest(asked);
  }
  const { nodeId, since, limit } = asked;
  const incidents: IncidentSummary[] = [];
  for (const one of records.list()) {
    if (incidents.length === limit) {
      break;
    }
    if ((nodeId === '' || one.node_id === nodeId) && Date.parse(one.started_at) >= since) {
      incidents.push(summaryForReader(one, texts));
    }
  }
  return conditional(request, await answerInFull(request, 200, JSON_HEADERS, jsonOf({ incidents })));
}

async function answerRecording(
  request: IncomingMessage,
  query: string,
  records: IncidentRecords,
  texts: TextVisibility,
): Promise<Answer> {
  const asked = readNodeId(query);
  if (typeof asked === 'string') {
    return badRequest(asked);
  }
  const result = await records.record(asked.nodeId);
  if ('record' in result) {
    const summary = summaryForReader(summaryOf(result.record), texts);
    // Relative to what was posted to, and so right behind a proxy's prefix.
    const headers = { ...JSON_HEADERS, Location: `incidents/${summary.id}` };
    return answerInFull(request, 201, headers, jsonOf(summary));
  }
  return result.refused === 'unknown node'
    ? { status: 404, body: 'not found: no such node is collected here\n' }
    : { status: 409, body: 'conflict: the node has no snapshot yet\n' };
}

function badRequest(what: string): Answer {
  return { status: 400, body: `bad request: ${what}\n` };
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Ids of records that there are; none of the request. */
function whatThereIs(ofNode: readonly IncidentSummary[]): string {
  const ids = ofNode.slice(0, MOST_NAMED).map(({ id }) => id);
  if (ids.length === 0) {
    return 'no incident of this id, and none of its node';
  }
  const others = ofNode.length - ids.length;
  return `no incident of this id; of its node there are ${ids.join(', ')}${others > 0 ? ` and ${others} older ones` : ''}`;
}
