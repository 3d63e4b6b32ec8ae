import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Host, type HostOptions } from "../../ops/pullRequest/host.ts";

export const AUTHOR = "github-actions[bot]";
const REPOSITORY = "novacron/environment";
const PULL_REQUEST = 12;
const TOKEN = "stand-in";

export interface StoredComment {
  id: number;
  body: string;
  user: { login: string };
  html_url: string;
}

/** What happens to a request instead of, or before, its answer. */
export type Fault =
  | { status: number; headers?: Record<string, string>; message?: string }
  /** It is done, but nobody is told. */
  | "done, then no answer"
  | "done, then 502"
  | "no answer";

/**
 * A host of pull requests on this machine, as far as comments go: pages with Link headers, the longest body, faults on
 * demand. Comments are in the order of their ids, as GitHub lists them.
 */
export class HostStandIn {
  readonly comments: StoredComment[] = [];
  readonly requests: { method: string; path: string }[] = [];
  /** Asked before each request. */
  fault: (request: { method: string; path: string; number: number }) => Fault | undefined = () => undefined;
  /** Milliseconds before a request is looked at, or what it waits for. */
  latency: (method: string) => number | Promise<void> = () => 0;
  readonly #server: Server;
  #next = 1;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  static async start(): Promise<HostStandIn> {
    const standIn = new HostStandIn();
    standIn.#server.listen(0, "127.0.0.1");
    await once(standIn.#server, "listening");
    return standIn;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  get api(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The environment of a job that works on it. */
  get environment(): Record<string, string> {
    return { GITHUB_API_URL: this.api, GITHUB_REPOSITORY: REPOSITORY, GITHUB_TOKEN: TOKEN };
  }

  /** What the flow talks to it with. Waiting takes a thousandth of its time, and is written down. */
  host(waits: number[] = [], options: Partial<HostOptions> = {}): Host {
    return new Host({
      api: this.api,
      repository: REPOSITORY,
      pullRequest: PULL_REQUEST,
      token: TOKEN,
      wait: async (milliseconds) => {
        waits.push(milliseconds);
        await sleep(milliseconds / 1000);
      },
      ...options,
    });
  }

  /** Puts a comment there, as somebody would. */
  add(body: string, login = "somebody"): StoredComment {
    const id = this.#next++;
    const comment = {
      id,
      body,
      user: { login },
      html_url: `https://host.example/pull/${PULL_REQUEST}#issuecomment-${id}`,
    };
    this.comments.push(comment);
    return comment;
  }

  remove(id: number): void {
    this.comments.splice(
      this.comments.findIndex((comment) => comment.id === id),
      1,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    let text = "";
    for await (const chunk of request) text += chunk;
    const latency = this.latency(method);
    await (typeof latency === "number" ? sleep(latency) : latency);
    this.requests.push({ method, path: url });
    const fault = this.fault({ method, path: url, number: this.requests.length });
    if (fault === "no answer") return void response.destroy();
    if (typeof fault === "object") {
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(JSON.stringify({ message: fault.message ?? "fault" }));
      return;
    }
    const { status, headers = {}, body } = this.#answer(method, url, request.headers.authorization, text);
    if (fault === "done, then no answer") return void response.destroy();
    response.writeHead(fault === "done, then 502" ? 502 : status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  }

  #answer(
    method: string,
    url: string,
    authorization: string | undefined,
    text: string,
  ): { status: number; headers?: Record<string, string>; body: unknown } {
    if (authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { message: "Bad credentials" } };
    const { pathname, searchParams } = new URL(url, this.api);
    const list = `/repos/${REPOSITORY}/issues/${PULL_REQUEST}/comments`;
    const body = method === "GET" ? "" : (JSON.parse(text) as { body: string }).body;
    if (method !== "GET" && (body === "" || body.length > 65_536))
      return { status: 422, body: { message: "Validation Failed: body is too long (maximum is 65536 characters)" } };
    if (method === "GET" && pathname === list) return this.#page(list, searchParams);
    if (method === "POST" && pathname === list) return { status: 201, body: this.add(body, AUTHOR) };
    const id = Number(new RegExp(`^/repos/${REPOSITORY}/issues/comments/(\\d+)$`).exec(pathname)?.[1]);
    const comment = this.comments.find((each) => each.id === id);
    if (method !== "PATCH" || comment === undefined) return { status: 404, body: { message: "Not Found" } };
    comment.body = body;
    return { status: 200, body: comment };
  }

  #page(list: string, search: URLSearchParams) {
    const size = Math.min(100, Number(search.get("per_page") ?? 30));
    const page = Number(search.get("page") ?? 1);
    const more = this.comments.length > page * size;
    const next = `<${this.api}${list}?per_page=${size}&page=${page + 1}>; rel="next"`;
    return {
      status: 200,
      headers: more ? { link: `${next}, <${this.api}${list}?per_page=${size}&page=99>; rel="last"` } : {},
      // A copy: what is sent is as it was when it was asked for.
      body: structuredClone(this.comments.slice((page - 1) * size, page * size)),
    };
  }
}
