// What a single cell says: a text or nothing.

/** Trimmed; undefined for NULL, which is written as nothing, `NULL` or `\N`. */
export function cellText(cell: string): string | undefined {
  const text = cell.trim();
  return text === '' || text === 'NULL' || text === '\\N' ? undefined : text;
}
