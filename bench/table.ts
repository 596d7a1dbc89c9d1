// What a benchmark comes to: rows of figures, for people as Markdown and for programs as JSON.

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export function printTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const [header = '', ...lines] = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return ['', `### ${title}`, '', header, rule, ...lines].join('\n');
}

/** Three significant digits: more would be noise. */
function cellText(cell: string | number): string {
  if (typeof cell === 'string') {
    return cell;
  }
  return cell >= 100 ? cell.toFixed(0) : String(Number(cell.toPrecision(3)));
}
