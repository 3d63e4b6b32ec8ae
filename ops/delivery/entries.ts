import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { planDns } from "../../infra/plan/dns.ts";
import { layout } from "../home.ts";
import { OperatorError } from "../operatorError.ts";
import type { Project } from "../project.ts";
import { runningSimulator } from "../simulator.ts";
import { readStackConfig } from "../stackConfig.ts";
import { Probe, type ProbeOptions } from "./probe.ts";
import { issueToken } from "./token.ts";

/** A region's public entry on the simulated clouds, as users reach it. */
export interface Entry {
  region: string;
  host: string;
  /** Behind which the simulated names and addresses are. */
  proxy: string;
  /** PEM certificates that the entry's own is signed by. */
  certificateAuthority: string;
}

/** The public entries of a simulated stack. @throws when its simulator does not run, or runs without clusters */
export async function openEntries(project: Project, stack: string): Promise<Entry[]> {
  const { proxyPort } = await runningSimulator(project.home);
  if (proxyPort === undefined)
    throw new OperatorError("the simulator runs without clusters; start it anew without --no-clusters");
  const { dns, regions } = readStackConfig(project, stack);
  const certificateAuthority = readFileSync(join(layout(project.home).simulator, "public-ca.pem"), "utf8");
  const names = regions.map(({ name }) => name);
  return planDns(dns.zone, names).entries.map(({ region, name }) => ({
    region,
    host: name,
    proxy: `http://127.0.0.1:${proxyPort}`,
    certificateAuthority,
  }));
}

/** Seconds; half of it before its end a new token is fetched. */
const TOKEN_SECONDS = 3600;

/** A probe at an entry, with tokens of the simulated identity provider. */
export function probeAt(
  entry: Entry,
  stack: string,
  options: Pick<ProbeOptions, "rate" | "writeEvery" | "timeout">,
): Probe {
  let token: Promise<string> | undefined;
  let fetched = 0;
  return new Probe({
    ...options,
    url: `https://${entry.host}`,
    proxy: entry.proxy,
    certificateAuthority: entry.certificateAuthority,
    token: () => {
      if (token === undefined || performance.now() - fetched > (TOKEN_SECONDS * 1000) / 2) {
        fetched = performance.now();
        token = issueToken(stack, { subject: "probe", expiresIn: TOKEN_SECONDS });
      }
      return token;
    },
  });
}

/** What came out of a TLS handshake with an entry. */
export interface Handshake {
  /** `TLSv1.3` */
  protocol: string;
  cipher: string;
  /** Who signed the certificate, and until when it is valid. */
  issuer: string;
  validTo: string;
}

/** Milliseconds for a connection through the proxy and the handshake. */
const HANDSHAKE_MS = 5_000;

/**
 * Connects to an entry and agrees on TLS with it, its certificate checked; nothing is asked of it.
 * @param highest the newest version that is offered. @default the newest that there is
 * @throws what the entry, or the check of its certificate, says
 */
export async function shakeHands(entry: Entry, highest?: SecureVersion): Promise<Handshake> {
  const socket = await tunnel(entry);
  const secured: TLSSocket = connect({
    socket,
    servername: entry.host,
    ca: entry.certificateAuthority,
    ...(highest === undefined ? {} : { maxVersion: highest }),
  });
  try {
    await settled(secured, "secureConnect");
    const { issuer, valid_to: validTo } = secured.getPeerCertificate();
    return {
      protocol: secured.getProtocol() ?? "none",
      cipher: secured.getCipher().standardName,
      issuer: String(issuer?.CN ?? "unknown"),
      validTo: new Date(validTo).toISOString().slice(0, 10),
    };
  } finally {
    secured.destroy();
  }
}

/** A connection through the proxy. */
async function tunnel({ host, proxy }: Entry) {
  const call = request(proxy, { method: "CONNECT", path: `${host}:443`, headers: { host: `${host}:443` } });
  call.end();
  return new Promise<import("node:net").Socket>((resolve, reject) => {
    const deadline = setTimeout(() => call.destroy(new Error(`no connection within ${HANDSHAKE_MS} ms`)), HANDSHAKE_MS);
    call.once("error", (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    call.once("connect", ({ statusCode, statusMessage }, socket) => {
      clearTimeout(deadline);
      if (statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(new Error(`the proxy answers ${statusCode} ${statusMessage} for ${host}`));
      }
    });
  });
}

function settled(socket: TLSSocket, event: "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(
      () => socket.destroy(new Error(`no handshake within ${HANDSHAKE_MS} ms`)),
      HANDSHAKE_MS,
    );
    const finish = (settle: () => void) => {
      clearTimeout(deadline);
      settle();
    };
    socket.once(event, () => finish(resolve));
    socket.once("error", (error) => finish(() => reject(error)));
    socket.once("close", () => finish(() => reject(new Error("the entry closed the connection"))));
  });
}
