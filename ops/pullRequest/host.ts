import { OperatorError } from "../operatorError.ts";

/** The comments of one pull request, through GitHub's REST API (version 2022-11-28, "Issue comments"). */

export interface HostComment {
  id: number;
  body: string;
  /** Login of who wrote it. */
  author: string;
  /** Where people read it. */
  url: string;
}

export interface HostOptions {
  /** Base of the API, such as `https://api.github.com`. */
  api: string;
  /** `owner/name` */
  repository: string;
  pullRequest: number;
  token: string;
  /** Waits so many milliseconds. @default by the clock */
  wait?: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970, as the host's clock has them. @default the machine's clock */
  now?: () => number;
  /** Milliseconds that may be spent waiting, all together. @default 15 minutes: a job waits no longer for a comment */
  patience?: number;
}

/** A write whose outcome is not known, or that was not taken this time: look what is there, and decide anew. */
export class LookAgain extends Error {}

const PER_PAGE = 100;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** What GitHub asks for where it says that it is too much, but not until when ("Rate limits for the REST API"). */
const WITHOUT_A_WORD = 60_000;
const ANSWER_WITHIN = 30_000;

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export class Host {
  readonly #options: Required<HostOptions>;
  #waited = 0;
  /** Failures since the last success. */
  #failures = 0;

  constructor(options: HostOptions) {
    this.#options = {
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      now: Date.now,
      patience: 15 * 60_000,
      ...options,
    };
  }

  /** Every comment, over all pages. */
  async comments(): Promise<HostComment[]> {
    const found: HostComment[] = [];
    let next: string | undefined = this.#url(`issues/${this.#options.pullRequest}/comments?per_page=${PER_PAGE}`);
    while (next !== undefined) {
      const answer: Answer = await this.#read(next);
      if (!Array.isArray(answer.body)) throw new OperatorError(`GET ${next}: the host did not answer with a list`);
      found.push(...answer.body.map(commentOf));
      next = this.#nextPage(answer.headers.get("link"));
    }
    return found;
  }

  /** @throws LookAgain when it is not known whether it was written */
  async create(body: string): Promise<void> {
    await this.#write("POST", `issues/${this.#options.pullRequest}/comments`, body);
  }

  /** @throws LookAgain when it is not known whether it was written, or when the comment is gone */
  async update(id: number, body: string): Promise<void> {
    await this.#write("PATCH", `issues/comments/${id}`, body);
  }

  async wait(milliseconds: number): Promise<void> {
    this.#waited += milliseconds;
    const { patience, pullRequest } = this.#options;
    if (this.#waited > patience)
      throw new OperatorError(
        `the comment on pull request ${pullRequest} could not be written within ${patience / 60_000} minutes of waiting for the host; run the job again`,
      );
    await this.#options.wait(milliseconds);
  }

  #url(path: string): string {
    const { api, repository } = this.#options;
    return `${api.replace(/\/$/, "")}/repos/${repository}/${path}`;
  }

  /** The address of the next page. The token goes to no other host. */
  #nextPage(link: string | null): string | undefined {
    const next = /<([^>]+)>\s*;\s*rel="next"/.exec(link ?? "")?.[1];
    if (next === undefined) return undefined;
    if (new URL(next).origin !== new URL(this.#options.api).origin)
      throw new OperatorError(`the next page of comments is at ${next}, which is not the host that was asked`);
    return next;
  }

  /** Reads as often as it takes. */
  async #read(url: string): Promise<Answer> {
    for (;;) {
      const answer = await this.#send("GET", url);
      const pause = this.#pauseAfter(answer);
      if (pause === undefined) {
        if (answer === undefined || answer.status !== 200) throw refused("GET", url, answer);
        return answer;
      }
      await this.wait(pause);
    }
  }

  /** Writes once: whether to write again can be told only from what is there then. */
  async #write(method: string, path: string, body: string): Promise<void> {
    const url = this.#url(path);
    const answer = await this.#send(method, url, { body });
    const pause = this.#pauseAfter(answer);
    if (pause !== undefined) {
      await this.wait(pause);
      throw new LookAgain(`${method} ${url} had no certain outcome`);
    }
    const status = answer?.status ?? 0;
    if (method === "PATCH" && (status === 404 || status === 410)) throw new LookAgain("the comment is gone");
    if (status < 200 || status > 299) throw refused(method, url, answer);
  }

  async #send(method: string, url: string, body?: object): Promise<Answer | undefined> {
    const { token } = this.#options;
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${token}`,
          "user-agent": "novactl",
          "x-github-api-version": "2022-11-28",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: parsed(text) };
    } catch {
      // No answer, or half of one.
      return undefined;
    }
  }

  /** How long to wait before anything is sent again; nothing when the answer is final. */
  #pauseAfter(answer: Answer | undefined): number | undefined {
    const pause = answer === undefined || answer.status >= 500 ? this.#backOff() : this.#rateLimit(answer);
    this.#failures = pause === undefined ? 0 : this.#failures + 1;
    return pause;
  }

  #backOff(): number {
    return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures);
  }

  #rateLimit({ status, headers, body }: Answer): number | undefined {
    if (status !== 403 && status !== 429) return undefined;
    const seconds = Number(headers.get("retry-after") ?? Number.NaN);
    if (Number.isFinite(seconds)) return Math.max(1, seconds) * 1_000;
    if (headers.get("x-ratelimit-remaining") === "0") {
      const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1_000;
      // A second more: clocks differ.
      return Number.isFinite(reset) ? Math.max(0, reset - this.#options.now()) + 1_000 : WITHOUT_A_WORD;
    }
    return status === 429 || /rate limit/i.test(messageOf(body)) ? WITHOUT_A_WORD : undefined;
  }
}

function refused(method: string, url: string, answer: Answer | undefined): OperatorError {
  const advice =
    answer?.status === 401
      ? "; the token in GITHUB_TOKEN is not valid"
      : answer?.status === 403 || answer?.status === 404
        ? "; the token needs `pull-requests: write` (a run for a fork has it never), and the conversation must not be locked"
        : "";
  return new OperatorError(`${method} ${url}: ${answer?.status ?? "no answer"} ${messageOf(answer?.body)}${advice}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const messageOf = (body: unknown): string =>
  typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";

function commentOf(value: unknown): HostComment {
  const { id, body, user, html_url } = value as {
    id: number;
    body?: string | null;
    user?: { login?: string } | null;
    html_url?: string;
  };
  return { id, body: body ?? "", author: user?.login ?? "", url: html_url ?? "" };
}
