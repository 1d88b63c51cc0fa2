// Aligned columns of plain text.

/** Rows under a header, columns two spaces apart, no space at a line's end. Cells hold no line break. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ""))));
  return all
    .map((row) => {
      const cells = row.map(
        (cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))),
      );
      return `${cells.join("  ").trimEnd()}\n`;
    })
    .join("");
}

/** Columns that a terminal gives the text; wide characters take two. */
function displayWidth(text: string): number {
  return Bun.stringWidth(text);
}
