import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { request as requestSecurely } from "node:https";
import { text } from "node:stream/consumers";

export interface RequestOptions {
  /** @default "GET" */
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Ends the request, the reading of its answer included; mostly `AbortSignal.timeout(…)`. */
  signal: AbortSignal;
}

/**
 * The answer's body of one HTTP request, over a connection that is kept. Not `fetch`, whose parser is WebAssembly: every supervisor
 * and state replica compiles it anew, 0.15 to 0.45 s of processor time each, just when all of them start (measured).
 *
 * @throws the signal's reason once it is aborted, such as a DOMException of the name TimeoutError; Error when there is no answer,
 *   or its status is no success
 */
export async function sendRequest(url: string, { method = "GET", body, signal }: RequestOptions): Promise<string> {
  const sending = (url.startsWith("https:") ? requestSecurely : request)(url, { method, signal });
  // After the headers an error reaches the body's reader too; here it would have no listener.
  sending.on("error", () => undefined);
  sending.end(body === undefined ? undefined : JSON.stringify(body));
  try {
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    const { statusCode = 0 } = response;
    const answer = await text(response);
    if (statusCode < 200 || statusCode > 299) throw new Error(`${url} answers ${statusCode}`);
    return answer;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
