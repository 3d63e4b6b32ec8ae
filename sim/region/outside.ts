import { ASKER_HEADER } from "../internet/tunnel.ts";
import { askSocket, connectThrough } from "../unixSocket.ts";
import type { Identity, Outside, SignedCertificate } from "./context.ts";

/**
 * Client of the simulator's outside socket.
 * @param socket path; undefined for a region that was started alone, where every call is refused
 * @param cluster who asks
 */
export function outsideClient(socket: string | undefined, cluster: string): Outside {
  const ask = async <Answer>(path: string, body: object): Promise<Answer> => {
    if (socket === undefined) throw new Error(`${path} cannot be asked: the region was started without --outside`);
    return post<Answer>(socket, path, { cluster, ...body });
  };
  return {
    authenticate: (token) => ask<Identity>("/authenticate", { token }),
    addresses: async (request) => (await ask<Addresses>("/addresses", request)).addresses ?? [],
    resolve: async (name) => (await ask<Addresses>("/resolve", { name })).addresses ?? [],
    secret: async (request) => (await ask<{ value: string }>("/secret", request)).value,
    signCertificate: (request) => ask<SignedCertificate>("/sign-certificate", request),
    connect: (host, port) =>
      socket === undefined
        ? Promise.reject(new Error(`${host}:${port} cannot be reached: the region was started without --outside`))
        : connectThrough(socket, `${host}:${port}`, { [ASKER_HEADER]: cluster }),
  };
}

interface Addresses {
  addresses?: string[];
}

async function post<Answer>(socket: string, path: string, body: object): Promise<Answer> {
  const { status, text } = await askSocket(socket, { method: "POST", path, body: JSON.stringify(body) });
  let answer: Answer & { error?: string };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw new Error(`${path}: an answer that is not JSON: ${text.slice(0, 200)}`);
  }
  if (status !== 200) throw new Error(answer.error ?? `${path}: status ${status}`);
  return answer;
}
