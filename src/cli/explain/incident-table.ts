// The last incidents as a table: below each line its id, by which it is explained, and its headline.
import type { IncidentSummary } from '../../incidents/record.js';
import { counted } from '../../visible-text.js';
import { tableText } from '../print-nodes.js';
import { lastedText, timeText } from './incident-text.js';
import { COLUMNS, cutTo, shown } from './plain-lines.js';

const MOST = 20;
const NAME_COLUMNS = 20;
const KIND_COLUMNS = 14;

/** `incidents`: the newest first. */
export function incidentTable(incidents: readonly IncidentSummary[]): string {
  if (incidents.length === 0) {
    return 'no incidents\n';
  }
  const last = incidents.slice(0, MOST);
  const [titles = '', ...lines] = tableText([
    ['STARTED', 'LASTED', 'NODE', 'KINDS', 'SESSIONS', 'USUAL'],
    ...last.map(({ started_at, ended_at, node_name, node_id, kinds, sessions, usual }) => [
      // To the minute: the seconds are in the id.
      timeText(started_at).slice(0, 16),
      ended_at === null ? 'no end' : lastedText(started_at, ended_at),
      cutTo(shown(node_name || node_id), NAME_COLUMNS),
      cutTo(kinds.join(' '), KIND_COLUMNS),
      String(sessions ?? '-'),
      String(usual === null ? '-' : Math.round(usual)),
    ]),
  ]).split('\n');
  const told = last.flatMap(({ id, headline }, index) => [
    lines[index] ?? '',
    `  ${id}`,
    `  ${cutTo(shown(headline), COLUMNS - 2)}`,
  ]);
  const rest = incidents.length - last.length;
  const more = rest > 0 ? [`and ${counted(rest, 'older incident')}: --output=json has all`] : [];
  return `${[titles, ...told, ...more].join('\n')}\n`;
}
