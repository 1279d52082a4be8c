export interface Column {
  readonly title: string;
  /** Amounts and counts stand at the right, so that their digits line up. */
  readonly align?: 'right';
}

/** Rows under a heading, as wide as what they hold. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return column.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(columns.map((column) => column.title)), rule, ...rows.map(line)].join('\n');
}

/** `1 call`, `2 calls`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${withSeparators(count)} ${count === 1 ? singular : plural}`;
}

export function withSeparators(count: number): string {
  return count.toLocaleString('en-GB');
}

/** `1:02:05` for 3,725 seconds. */
export function clockTime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
