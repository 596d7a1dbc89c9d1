// Keys of statements that change nothing, as another key has it so.
import type { StatementMode } from '../../statements/text-visibility.js';
import { type ConfigPath, placeText } from '../yaml/config-errors.js';

interface CheckedConfig {
  readonly statements: { readonly mode: StatementMode; readonly shapes: number };
  readonly csv: { readonly columns: { readonly info?: readonly string[] | undefined } };
  readonly metrics: {
    readonly dimensions: {
      readonly statement: { readonly enabled: boolean; readonly max_values: number };
    };
  };
}

export function statementsInVain(
  { statements: { mode, shapes }, csv, metrics }: CheckedConfig,
  lineOf: (path: ConfigPath) => number | undefined,
): string[] {
  const { enabled, max_values: maxValues } = metrics.dimensions.statement;
  const warning = (path: ConfigPath, text: string) => `${placeText(path, lineOf(path))}: ${text}`;
  const dimension = ['metrics', 'dimensions', 'statement'] as const;
  if (mode === 'off') {
    const notRead = 'changes nothing, as statements.mode is off: statements are not read; write auto there';
    return [
      ...(enabled ? [warning([...dimension, 'enabled'], notRead)] : []),
      ...(csv.columns.info === undefined ? [] : [warning(['csv', 'columns', 'info'], notRead)]),
    ];
  }
  return enabled && maxValues > shapes
    ? [
        warning(
          [...dimension, 'max_values'],
          `got ${maxValues}, but no more than statements.shapes (${shapes}) are counted apart: raise that, or write at most as many here`,
        ),
      ]
    : [];
}
