import { connect, type Socket } from "node:net";
import { z } from "zod";
import { onLine } from "./lines.ts";
import { sendRequest } from "./request.ts";

/** Why a stream went on in another session: its pod asked for it, its connection broke, or it was old enough. */
export const RESUMPTIONS = ["drain", "break", "renewal"] as const;
export type Resumption = (typeof RESUMPTIONS)[number];

/** What a stream tells of itself. Each number counts once as sent and once as acknowledged, however often it is repeated. */
export interface StreamEvents {
  sent: () => void;
  acknowledged: () => void;
  /** Numbers that an acknowledgement has passed over: nobody has them, and they are not sent again. */
  lost: (count: number) => void;
  resumed: (why: Resumption) => void;
  log: (line: string) => void;
}

/** An endpoint that takes no connection within this time is as good as gone; the session is asked for again. */
const CONNECT_MS = 2_000;

/** A pod that is lost with its node says nothing: without an acknowledgement for so long, the stream counts as broken. */
const SILENCE_MS = 5_000;

/** Wait before a session is asked for again, doubling up to the longest until one has acknowledged something. */
const WAIT_MS = { first: 100, longest: 2_000 };

const sessionSchema = z.object({ endpoint: z.string().regex(/^[^:]+:\d+$/), digest: z.string() });

interface Session extends z.infer<typeof sessionSchema> {
  socket: Socket;
}

/**
 * A long stream of DWCP as a client holds it: numbers in sequence, each to be acknowledged. Weights do not move it. When its
 * pod drains, it opens a session through the weighted route while the old one still serves, and goes on there after the last
 * acknowledged number; after a break likewise. Has no timer: whoever holds several gives them one clock.
 */
export class Stream {
  readonly #sessions: string;
  readonly #events: StreamEvents;
  #session: Session | undefined;
  #sent = 0;
  #acknowledged = 0;
  /** Why another session is wanted, while it is. */
  #wanted: "start" | Resumption | undefined = "start";
  #opening = false;
  #stopped = false;
  #retryAt = 0;
  #wait = WAIT_MS.first;
  /** When the last acknowledgement came, or nothing was to be acknowledged. */
  #heardAt = 0;

  /** @param sessions URL whose POST hands out a session: {endpoint, digest} */
  constructor(sessions: string, events: StreamEvents) {
    this.#sessions = sessions;
    this.#events = events;
  }

  /** Digest of the version that the stream is on; undefined while it is on none. */
  get digest(): string | undefined {
    return this.#session?.digest;
  }

  /** Sends the next number, and does what else is due. @param now on the clock of `performance.now()` */
  tick(now: number): void {
    if (this.#session !== undefined) {
      if (this.#sent === this.#acknowledged) this.#heardAt = now;
      if (now - this.#heardAt > SILENCE_MS) this.#session.socket.destroy();
      else {
        this.#sent += 1;
        this.#events.sent();
        this.#session.socket.write(message(this.#sent));
      }
    }
    this.#openWhenDue(now);
  }

  /** Goes on in another session, on whichever version the weights lead to. */
  renew(): void {
    this.#want("renewal");
  }

  /** Ends it for good. */
  stop(): void {
    this.#stopped = true;
    this.#session?.socket.destroy();
  }

  #want(why: Resumption): void {
    // What made it necessary counts, not that it was about to move anyway.
    if (this.#wanted === undefined || this.#wanted === "renewal") this.#wanted = why;
    this.#openWhenDue(performance.now());
  }

  #openWhenDue(now: number): void {
    if (this.#wanted === undefined || this.#opening || this.#stopped || now < this.#retryAt) return;
    void this.#open();
  }

  async #open(): Promise<void> {
    this.#opening = true;
    try {
      const text = await sendRequest(this.#sessions, { method: "POST", signal: AbortSignal.timeout(CONNECT_MS) });
      const { endpoint, digest } = sessionSchema.parse(JSON.parse(text));
      // The gateway has not heard yet that this pod ends.
      if (this.#wanted === "drain" && endpoint === this.#session?.endpoint) throw new Error(`${endpoint} drains`);
      this.#take({ endpoint, digest, socket: await connected(endpoint) });
    } catch (error) {
      if (this.#wait === WAIT_MS.first) this.#events.log(`no session yet: ${error}`);
      this.#backOff();
    } finally {
      this.#opening = false;
    }
  }

  #backOff(): void {
    this.#retryAt = performance.now() + this.#wait;
    this.#wait = Math.min(2 * this.#wait, WAIT_MS.longest);
  }

  #take(session: Session): void {
    const { socket } = session;
    if (this.#stopped) return void socket.destroy();
    const before = this.#session;
    this.#session = session;
    before?.socket.destroy();
    socket.once("close", () => {
      if (this.#session !== session) return;
      this.#session = undefined;
      if (!this.#stopped) this.#want("break");
    });
    onLine(socket, (line) => this.#hear(session, line));
    if (this.#wanted !== undefined && this.#wanted !== "start") this.#events.resumed(this.#wanted);
    this.#wanted = undefined;
    this.#backOff();
    this.#heardAt = performance.now();
    for (let number = this.#acknowledged + 1; number <= this.#sent; number++) socket.write(message(number));
  }

  #hear(session: Session, line: string): void {
    // What the session before still says is repeated by this one.
    if (this.#session !== session) return;
    const { acknowledged, drain } = answerOf(line);
    if (drain === true) this.#want("drain");
    else if (acknowledged === undefined || acknowledged > this.#sent) session.socket.destroy();
    else if (acknowledged > this.#acknowledged) this.#advance(acknowledged);
  }

  #advance(acknowledged: number): void {
    const passedOver = acknowledged - this.#acknowledged - 1;
    if (passedOver > 0) this.#events.lost(passedOver);
    this.#acknowledged = acknowledged;
    this.#heardAt = performance.now();
    this.#wait = WAIT_MS.first;
    this.#retryAt = 0;
    this.#events.acknowledged();
  }
}

const message = (sequence: number): string => `${JSON.stringify({ sequence })}\n`;

const answerSchema = z.object({ acknowledged: z.int().optional(), drain: z.boolean().optional() });

/** What a line says; nothing, if it is none of the protocol's. */
function answerOf(line: string): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return {};
  }
}

function connected(endpoint: string): Promise<Socket> {
  const [host = "", port] = endpoint.split(":");
  const socket = connect({ host, port: Number(port), noDelay: true });
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => socket.destroy(new Error(`${endpoint} takes no connection`)), CONNECT_MS);
    // Stays for as long as the socket: an error is followed by its close, which is what counts.
    socket.on("error", reject);
    socket.once("close", () => clearTimeout(deadline));
    socket.once("connect", () => {
      clearTimeout(deadline);
      resolve(socket);
    });
  });
}
