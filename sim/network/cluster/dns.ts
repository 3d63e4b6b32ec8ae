import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server } from "node:net";
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  streamEncode,
} from "dns-packet";
import { isClusterName, type NameAnswer, resolveClusterName, type ServiceFacts } from "./names.ts";

/** Seconds that answers may be kept; short, because what is behind a name moves. The cluster DNS of Kubernetes says 5 too. */
const TTL = 5;

const NAME_ERROR = 3;
const SERVER_FAILURE = 2;

/** Largest answer over UDP without asking for more (RFC 1035); a longer one is cut and asked for again over TCP. */
const UDP_BYTES = 512;
const TRUNCATED = 1 << 9;

const DNS_PORT = 53;

export interface NameServerInput {
  /** Address to listen on. */
  address: string;
  services: ServiceFacts;
  /** Addresses of names that are not the cluster's; none when there is no such name. */
  others: (name: string) => Promise<readonly string[]>;
  /** Resolves once the addresses that services have now are reached. */
  reached: () => Promise<void>;
  log: (line: string) => void;
}

/** Serves the cluster's names and public ones over UDP and TCP. Resolves once it listens, with how to stop it. */
export async function serveNames(input: NameServerInput): Promise<() => void> {
  const udp = createSocket("udp4");
  udp.on("message", (message, { address, port }) => {
    void respond(input, message, (packet) => encode(packet)).then((answer) => {
      if (answer !== undefined) udp.send(fitting(answer, message), port, address);
    });
  });
  const tcp = createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const message = pending.subarray(2, end);
        pending = pending.subarray(end);
        void respond(input, message, (packet) => streamEncode(packet)).then((answer) => {
          if (answer !== undefined && socket.writable) socket.write(answer);
        });
      }
    });
  });
  await Promise.all([bindUdp(udp, input.address), bindTcp(tcp, input.address)]);
  udp.on("error", (error) => input.log(`network: DNS over UDP: ${error.message}`));
  tcp.on("error", (error) => input.log(`network: DNS over TCP: ${error.message}`));
  return () => {
    udp.close();
    tcp.close();
  };
}

async function respond(
  input: NameServerInput,
  message: Buffer,
  write: (packet: Packet) => Buffer,
): Promise<Buffer | undefined> {
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return undefined;
  }
  const question = query.questions?.[0];
  if (query.type !== "query" || question === undefined) return undefined;
  const base: Packet = { id: query.id ?? 0, type: "response", questions: [question] };
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & (1 << 8));
  try {
    const found = await resolve(input, question.name.toLowerCase());
    const answers = records(question.type, question.name, found);
    return write({ ...base, flags: flags | (found.exists ? 0 : NAME_ERROR), answers });
  } catch (error) {
    input.log(`network: name ${question.name}: ${error instanceof Error ? error.message : error}`);
    return write({ ...base, flags: flags | SERVER_FAILURE });
  }
}

async function resolve({ services, others, reached }: NameServerInput, name: string): Promise<NameAnswer> {
  if (isClusterName(name)) {
    const found = resolveClusterName(name, services);
    await reached();
    if (found.alias === undefined) return found;
    const target = isClusterName(found.alias)
      ? resolveClusterName(found.alias, services).addresses
      : await others(found.alias);
    return { ...found, addresses: [...target] };
  }
  const addresses = name.endsWith(".arpa") ? [] : await others(name);
  return { exists: addresses.length > 0, addresses: [...addresses], services: [] };
}

/** Records of one type for a name. Addresses are turned at random, so that clients which take the first spread. */
function records(type: string, name: string, { addresses, alias, services }: NameAnswer): Answer[] {
  const cname: Answer[] = alias === undefined ? [] : [{ type: "CNAME", name, ttl: TTL, data: alias }];
  if (type === "A") {
    const from = Math.floor(Math.random() * addresses.length);
    const turned = [...addresses.slice(from), ...addresses.slice(0, from)];
    return [...cname, ...turned.map((data): Answer => ({ type: "A", name: alias ?? name, ttl: TTL, data }))];
  }
  if (type === "SRV")
    return services.map(({ target, port }) => ({
      type: "SRV",
      name,
      ttl: TTL,
      data: { target, port, priority: 0, weight: 100 },
    }));
  return cname;
}

/** An answer that fits into what the asker takes over UDP; else only the word that TCP has it. */
function fitting(answer: Buffer, message: Buffer): Buffer {
  const query = decode(message);
  const options = query.additionals?.find(({ type }) => type === "OPT");
  const limit = options?.type === "OPT" ? Math.max(options.udpPayloadSize, UDP_BYTES) : UDP_BYTES;
  if (answer.length <= limit) return answer;
  const whole = decode(answer);
  return encode({ ...whole, flags: (whole.flags ?? 0) | TRUNCATED, answers: [] });
}

const bindUdp = (socket: UdpSocket, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(DNS_PORT, address, () => {
      socket.removeListener("error", reject);
      resolve();
    });
  });

const bindTcp = (server: Server, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(DNS_PORT, address, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
