// A record as somebody may see it: what texts of statements it holds, not everybody who reaches the exporter may read.
import type { TextVisibility } from '../statements/text-visibility.js';
import type { IncidentRecord, IncidentSummary, StatementName } from './record.js';

/** Where texts are not shown, no statement has one, the headline neither; where statements are `off`, there is none. */
export function forReader(record: IncidentRecord, texts: TextVisibility): IncidentRecord {
  if (texts === 'shown') {
    return record;
  }
  // By its shape, not field by field: one that a record gets later cannot be forgotten here.
  const hidden = hideIn(record, texts === 'off' ? () => null : ({ digest }) => ({ digest, text: null }));
  const { culprit } = hidden;
  return { ...hidden, culprit: { ...culprit, headline: withoutStatement(culprit.headline, texts) } };
}

/** The same of what lists show. */
export function summaryForReader(summary: IncidentSummary, texts: TextVisibility): IncidentSummary {
  return texts === 'shown' ? summary : { ...summary, headline: withoutStatement(summary.headline, texts) };
}

/**
 * A headline says of a statement what it does: `statement 0123456789abcdef (SELECT): 0 → 118 active sessions`. It has texts nowhere else, and what
 * reads like one is a name: a user may be called `COMMITTEE`.
 */
const VERB = /(\bstatement [0-9a-f]{16}) \([A-Z]{2,16}\)/gu;
/** Whatever else may stand there, but the figures. */
const MORE = /(\bstatement [0-9a-f]{16}) \((?!\d+ → )(?:.*\)(?=: )|.*)/su;
const DIGEST = /\bstatement [0-9a-f]{16}/gu;

function withoutStatement(headline: string, texts: TextVisibility): string {
  const digestAlone = headline.replace(VERB, '$1').replace(MORE, '$1');
  return texts === 'off' ? digestAlone.replace(DIGEST, 'a statement') : digestAlone;
}

/** Of a part of a record; a name that is null afterwards is not in its list any more. */
function hideIn<Part>(part: Part, hide: (name: StatementName) => StatementName | null): Part {
  return hidden(part, hide) as Part;
}

function hidden(part: unknown, hide: (name: StatementName) => StatementName | null): unknown {
  if (Array.isArray(part)) {
    return part.map((one) => hidden(one, hide)).filter((one) => one !== null);
  }
  if (typeof part !== 'object' || part === null) {
    return part;
  }
  if (isStatementName(part)) {
    const shown = hide(part);
    return shown && { ...part, ...shown };
  }
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, hidden(value, hide)]));
}

function isStatementName(part: object): part is StatementName {
  return 'text' in part || 'digest' in part;
}

type IfNull<Value> = null extends Value ? never : Value;
/** Where a part of a record has a statement that cannot be left out; a list can lose it, a field must be able to be null. */
type Insists<Part> = Part extends readonly (infer One)[]
  ? One extends StatementName
    ? never
    : Insists<One>
  : Part extends object
    ? { [Key in keyof Part]: Part[Key] extends StatementName ? Key : Insists<IfNull<Part[Key]>> }[keyof Part]
    : never;
/** Does not compile where a new field of the record would be null against its type. */
true satisfies [Insists<IncidentRecord>] extends [never] ? true : false;
