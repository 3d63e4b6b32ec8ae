import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** A cell of a table: its text, and how it looks on a terminal. */
export type Cell = string | { text: string; style: Style };

/** Lines of a table with aligned columns. Numbers stand right. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = [headings, ...rows.map((row) => row.map(textOf))];
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const isNumeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d,.]*$/.test(textOf(row[column] ?? ""))),
  );
  const line = (cells: readonly Cell[]) => {
    // Empty cells at the end would be nothing but spaces.
    const row = cells.slice(0, cells.findLastIndex((cell) => textOf(cell) !== "") + 1);
    return row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const last = column === row.length - 1;
        const text = isNumeric[column]
          ? textOf(cell).padStart(width)
          : last
            ? textOf(cell)
            : textOf(cell).padEnd(width);
        return typeof cell === "string" ? text : styled(cell.style, text);
      })
      .join("  ");
  };
  return [line(headings.map((text) => ({ text, style: "bold" as const }))), ...rows.map(line)];
}

const textOf = (cell: Cell): string => (typeof cell === "string" ? cell : cell.text);

/** Text in a style where standard output is a terminal that shows one; NO_COLOR is obeyed. */
export const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

export const up: Cell = { text: "up", style: "green" };
export const down: Cell = { text: "down", style: "red" };
