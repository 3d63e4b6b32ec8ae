/**
 * One of the clouds' credential programs, as far as clusters need it: asks the running simulator and prints what it says.
 *
 *     node credential.cjs <program's name> <simulator.json> <the program's own arguments>
 *
 * A release command waits for one of these for every cluster. So it is what Node starts fastest, in a third of the time:
 * a plain CommonJS script without modules of ours.
 */
const { readFileSync } = require("node:fs");
const { request } = require("node:http");

const [command, endpointFile, ...args] = process.argv.slice(2);

/** @param {NodeJS.ErrnoException} error */
function fail({ code, message }) {
  const isStopped = code === "ENOENT" || code === "ECONNREFUSED";
  console.error(
    isStopped
      ? `${command}: the simulated clouds are not running; \`novactl sim start\` starts them`
      : `${command}: ${message}`,
  );
  process.exitCode = 1;
}

function answer({ controlPort, token }) {
  const { KUBERNETES_EXEC_INFO: execInfo } = process.env;
  const headers = { authorization: `Bearer ${token}` };
  const options = { host: "127.0.0.1", port: controlPort, path: "/credential", method: "POST", headers, agent: false };
  const call = request(options, async (response) => {
    try {
      const said = JSON.parse((await response.setEncoding("utf8").toArray()).join(""));
      if (response.statusCode !== 200) throw new Error(said.error ?? response.statusMessage);
      process.stdout.write(said.stdout);
      process.stderr.write(said.stderr);
      process.exitCode = said.exitCode;
    } catch (error) {
      fail(error);
    }
  });
  call.once("error", fail);
  call.end(JSON.stringify({ command, args, execInfo }));
}

try {
  answer(JSON.parse(readFileSync(endpointFile, "utf8")));
} catch (error) {
  fail(error);
}
