import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../../workload/role.ts";

/**
 * A small service: `/` names its pod, `/slow` takes a second, `/file?<path>` shows a file of the container. Fails at start
 * when its first argument is `broken`.
 */
export const echo: Role = async ({ env, args, address, file, log, faults }) => {
  if (args[0] === "broken") throw new Error("this version is broken");
  log(`started as ${env.POD_NAME} with ${args.join(" ")}`);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://echo");
    if (url.pathname === "/ready") response.statusCode = faults().unready ? 503 : 200;
    if (url.pathname === "/slow") await sleep(1_000);
    if (url.pathname === "/file") {
      const path = file(url.search.slice(1));
      return void response.end(existsSync(path) ? readFileSync(path) : "");
    }
    response.setHeader("connection", "close").end(env.POD_NAME);
  });
  await new Promise<void>((resolve) => server.listen(8080, address, resolve));
  const ended = Promise.withResolvers<number>();
  return {
    ended: ended.promise,
    stop: async () => {
      await new Promise((resolve) => server.close(resolve));
      ended.resolve(0);
    },
    kill: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Does one thing and ends: writes a line into a file of the container, with the exit code of its second argument. */
export const once: Role = async ({ args: [path = "", code = "0"], file }) => {
  if (path !== "") appendFileSync(file(path), "once\n");
  return { ended: Promise.resolve(Number(code)), stop: async () => undefined, kill: () => undefined };
};
