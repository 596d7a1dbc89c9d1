// Labels that the user adds to session series: names that Prometheus takes and that nothing else sets.
import { METRIC_FAMILIES } from '../metrics/metric-families.js';
import { text } from './kinds.js';
import { namedValues } from './section.js';

const OF_EVERY_NODE = ['instance_id', 'node_id'];
const OF_THE_FORMATS = ['le', 'quantile'];
const TAKEN = new Set([
  ...METRIC_FAMILIES.flatMap((family) => family.labels),
  ...OF_EVERY_NODE,
  ...OF_THE_FORMATS,
]);
/** Prometheus gives them to every target. */
const OF_THE_TARGET = new Set(['job', 'instance']);

const NAME = 'a label name: ASCII letters, digits and _, no digit first';

/** What is wrong with the name, or undefined. */
function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/u.test(name)) {
    return NAME;
  }
  if (name.startsWith('__')) {
    return 'a label name that does not start with __: Prometheus keeps these to itself';
  }
  if (OF_THE_TARGET.has(name)) {
    return 'another label name: Prometheus sets this one for the scraped target';
  }
  return TAKEN.has(name) ? 'another label name: the exporter uses this one itself' : undefined;
}

export function labels() {
  const name = text(
    NAME,
    (candidate) => labelNameProblem(candidate) === undefined,
    (candidate) => `expected ${labelNameProblem(candidate) ?? NAME}`,
  );
  return namedValues(
    name,
    text('a label value', () => true),
  );
}
