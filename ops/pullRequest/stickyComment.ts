import { createHash } from "node:crypto";
import { OperatorError } from "../operatorError.ts";
import { type Host, type HostComment, LookAgain } from "./host.ts";

/**
 * One comment for each stack on a pull request, found again over all pages and updated in place. What is written follows
 * from what is there alone: look, change one thing, look again, until nothing is left to change and stays so. So it does not
 * matter what failed, what somebody deleted, or who else is at it.
 */

export interface Sticky {
  stack: string;
  /** Login under which comments are written: a marker in anybody else's comment is only text. */
  author: string;
  /** Of the workflow run: what a later run has written, an earlier one leaves alone. */
  run: { id: number; attempt: number };
  /** Markdown; nothing when the change no longer touches the stack. */
  body?: string;
}

export interface Published {
  /** `newer`: a later run has written already. `none`: there is nothing to say, and no comment. */
  outcome: "written" | "unchanged" | "newer" | "none";
  /** Of the comment. */
  url?: string;
}

/** As many as GitHub takes (in UTF-16 code units, as it counts them). */
const LONGEST_COMMENT = 65_536;

/** Looks without a change of ours after which something is wrong with the host. */
const MOST_LOOKS = 60;

/** Who wrote a comment and of what content, hidden in its first line. */
interface Marker {
  stack: string;
  id: number;
  attempt: number;
  /** Of what is in the comment: hosts may store a text in a slightly other form. */
  content: string;
  folded: boolean;
}

interface Marked extends HostComment {
  marker: Marker;
}

/** @param settle milliseconds after which it is looked once more: longer than a write of another run takes */
export async function publish(host: Host, sticky: Sticky, settle = 3_000): Promise<Published> {
  let [changed, calm] = [false, 0];
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const own = ours(await host.comments(), sticky);
    if (own.some(({ marker }) => isLater(marker, sticky.run))) return { outcome: "newer" };
    const [keeper] = own;
    if (keeper === undefined && sticky.body === undefined) return { outcome: "none" };
    const wrong = firstWrong(own, sticky);
    if (wrong === undefined && keeper !== undefined) {
      calm += 1;
      const outcome = changed ? "written" : "unchanged";
      // Another run may have looked before this one wrote, and write now.
      if (calm === 2) return { outcome, url: keeper.url };
      await host.wait(settle);
      continue;
    }
    [changed, calm] = [true, 0];
    try {
      if (wrong === undefined) await host.create(whole(sticky));
      else await host.update(wrong.id, wrong.body);
    } catch (error) {
      if (!(error instanceof LookAgain)) throw error;
    }
  }
  throw new OperatorError(
    `the comment of ${sticky.stack} does not stay as it is written (looked ${MOST_LOOKS} times); is another tool writing it too?`,
  );
}

/** The stack's comments, the oldest first: it is the one that stays. */
function ours(comments: readonly HostComment[], { stack, author }: Sticky): Marked[] {
  return comments
    .flatMap((comment): Marked[] => {
      const marker = comment.author === author ? readMarker(comment.body) : undefined;
      return marker?.stack === stack ? [{ ...comment, marker }] : [];
    })
    .toSorted((a, b) => a.id - b.id);
}

const isLater = (marker: Marker, run: Sticky["run"]): boolean =>
  marker.id > run.id || (marker.id === run.id && marker.attempt > run.attempt);

/** The first comment that is not as it is to be, with what it is to be. */
function firstWrong(own: readonly Marked[], sticky: Sticky): { id: number; body: string } | undefined {
  const [keeper, ...rest] = own;
  if (keeper === undefined) return undefined;
  if (sticky.body !== undefined) {
    const { marker } = keeper;
    const right = { ...markerOf(sticky, sticky.body), folded: false };
    if (JSON.stringify(marker) !== JSON.stringify(right)) return { id: keeper.id, body: whole(sticky) };
  } else if (!keeper.marker.folded) {
    return { id: keeper.id, body: folded(keeper, sticky, "This change no longer touches the stack") };
  }
  const open = rest.find(({ marker }) => !marker.folded);
  return open && { id: open.id, body: folded(open, sticky, "Superseded by the first comment of the stack") };
}

function whole(sticky: Sticky): string {
  const body = sticky.body ?? "";
  const text = `${writeMarker(markerOf(sticky, body))}\n${body}`;
  if (text.length > LONGEST_COMMENT)
    throw new OperatorError(
      `the comment of ${sticky.stack} has ${text.length} characters, the host takes ${LONGEST_COMMENT}; write it with \`novactl diff\`, which keeps to that`,
    );
  return text;
}

/** What was said stays to be read, behind one line. */
function folded(comment: Marked, { stack, run }: Sticky, why: string): string {
  const text = comment.body.slice(comment.body.indexOf("\n") + 1);
  const marker = writeMarker({ ...comment.marker, ...run, stack, folded: true });
  return `${marker}\n<details><summary>${why}: <code>${stack}</code></summary>\n\n${text}\n\n</details>`;
}

const markerOf = ({ stack, run }: Sticky, body: string): Marker => ({
  stack,
  id: run.id,
  attempt: run.attempt,
  content: createHash("sha256").update(body).digest("hex").slice(0, 16),
  folded: false,
});

const writeMarker = ({ stack, id, attempt, content, folded: hidden }: Marker): string =>
  `<!-- novacron-review stack=${stack} run=${id}.${attempt} content=${content}${hidden ? " folded" : ""} -->`;

function readMarker(body: string): Marker | undefined {
  const found = /^<!-- novacron-review stack=([\w.-]+) run=(\d+)\.(\d+) content=([0-9a-f]{16})( folded)? -->/.exec(
    body,
  );
  if (found === null) return undefined;
  const [, stack = "", id, attempt, content = "", hidden] = found;
  return { stack, id: Number(id), attempt: Number(attempt), content, folded: hidden !== undefined };
}
