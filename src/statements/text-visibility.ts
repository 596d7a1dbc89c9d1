// Whether texts of statements are shown where the exporter serves them: one answer for page, API and metrics.

/** What the configuration says of statements. */
export const STATEMENT_MODES = ['auto', 'normalized', 'digest', 'off'] as const;
export type StatementMode = (typeof STATEMENT_MODES)[number];

/** `digest` and `open_listener`: digests alone, as that is configured or as anybody may read them. `off`: no statements. */
export type TextVisibility = 'shown' | 'digest' | 'open_listener' | 'off';

/** `isPrivate`: whether none but this machine and those who show a password or a certificate can read what is served. */
export function textVisibility(mode: StatementMode, isPrivate: boolean): TextVisibility {
  switch (mode) {
    case 'auto':
      return isPrivate ? 'shown' : 'open_listener';
    case 'normalized':
      return 'shown';
    case 'digest':
    case 'off':
      return mode;
    default:
      return mode satisfies never;
  }
}
