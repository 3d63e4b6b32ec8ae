import { toMarkdown } from "./markdown.ts";
import type { Review } from "./model.ts";
import { type TerminalOptions, toTerminal } from "./terminal.ts";

/** Ways to write a review down. */
export const FORMATS = ["terminal", "markdown", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** A review in a format. The same review gives the same bytes. */
export function written(review: Review, format: Format, options: TerminalOptions = {}): string {
  switch (format) {
    case "terminal":
      return toTerminal(review, options);
    case "markdown":
      return toMarkdown(review);
    case "json":
      return `${JSON.stringify(review, undefined, 2)}\n`;
  }
}
