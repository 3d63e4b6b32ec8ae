/**
 * Draws the comments that docs/reviewing.md shows, as a browser shows them on a pull request: the reviews are made by the
 * engine, here and now. `node test/reviews/drawPictures.ts` writes docs/pictures; it needs Chromium on the PATH.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { checkout } from "../ops/novactl.ts";
import { examples } from "./examples.ts";
import { ReviewStack } from "./reviewStack.ts";

/** Pixels, as wide as the conversation of a pull request. */
const WIDTH = 900;

const STYLE = `
body { margin: 0; padding: 20px; box-sizing: border-box; background: #fff; color: #1f2328; font: 14px/1.5 "DejaVu Sans", sans-serif }
.comment { border: 1px solid #d1d9e0; border-radius: 6px }
.author { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; font-size: 13px }
.body { padding: 4px 16px 12px }
code { font: 12px "DejaVu Sans Mono", monospace; background: #eff1f3; border-radius: 5px; padding: 2px 5px }
h3 { font-size: 18px; margin: 12px 0 }
h4 { font-size: 15px; margin: 14px 0 6px }
ul { padding-left: 24px; margin: 6px 0 }
p { margin: 8px 0 }`;

const page = (markdown: string): string => {
  const body = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const comment = `<div class="comment"><div class="author"><b>github-actions</b> commented</div><div class="body">${body}</div></div>`;
  // Only once it is laid out it knows how high its picture is.
  const measure = "<script>document.body.id = document.documentElement.scrollHeight</script>";
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${comment}${measure}</body>`;
};

function browser(): string {
  const paths = (process.env.PATH ?? "").split(delimiter);
  const found = ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => paths.map((path) => join(path, name)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("no chromium, chromium-browser or google-chrome on the PATH: install one");
  return found;
}

/** Draws what stands in a Markdown text, as high as it is. */
function draw(markdown: string, picture: string): void {
  const folder = mkdtempSync(join(tmpdir(), "novacron-pictures-"));
  try {
    const file = join(folder, "comment.html");
    writeFileSync(file, page(markdown));
    const chromium = (height: number, ...args: string[]) =>
      execFileSync(
        browser(),
        [
          ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--user-data-dir=${folder}/profile`],
          ...[`--window-size=${WIDTH},${height}`, ...args, pathToFileURL(file).href],
        ],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      );
    const [, height] = /<body id="(\d+)"/.exec(chromium(100, "--dump-dom")) ?? [];
    chromium(Number(height), `--screenshot=${picture}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.env.NOVACRON_CLUSTERS = "off";
const stack = new ReviewStack();
try {
  await stack.bringUp();
  for (const { name, change } of examples) {
    const { markdown } = await stack.review(change);
    draw(markdown, join(checkout, "docs", "pictures", `review-${name}.png`));
  }
} finally {
  await stack.remove();
}
