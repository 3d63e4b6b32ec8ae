import { toMarkdown } from "./markdown.ts";
import type { Review } from "./model.ts";
import { toPage } from "./page.ts";
import { drawChange } from "./picture.ts";
import { type TerminalOptions, toTerminal } from "./terminal.ts";

/** Ways to write a review down. */
export const FORMATS = ["terminal", "markdown", "html", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** What is shown beside the review itself. */
export interface Surroundings extends TerminalOptions {
  /** The stack as planned, for the picture of the page. */
  plan?: Parameters<typeof drawChange>[1];
}

/** A review in a format. The same review gives the same bytes. */
export function written(review: Review, format: Format, { plan, ...options }: Surroundings = {}): string {
  switch (format) {
    case "terminal":
      return toTerminal(review, options);
    case "markdown":
      return toMarkdown(review);
    case "html":
      return toPage(review, drawChange(review, plan));
    case "json":
      return `${JSON.stringify(review, undefined, 2)}\n`;
  }
}
