/** Rows under each other with their columns in line; empty columns are left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ""));
  const all = [head, ...rows];
  const widths = new Map(
    columns.map((column) => [column, Math.max(...all.map((row) => (row[column] ?? "").length))]),
  );
  const line = (row: readonly string[]) =>
    columns
      .map((column) => (row[column] ?? "").padEnd(widths.get(column) ?? 0))
      .join("  ")
      .trimEnd();
  return `${all.map(line).join("\n")}\n`;
}
