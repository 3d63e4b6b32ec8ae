import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { credentials, status } from "@grpc/grpc-js";
import languageRpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { shellWords } from "../../tools/language-host/options.ts";

const checkout = join(import.meta.dirname, "..", "..");

test("the host says where it listens, tells all packages, knows what it cannot do, and ends with the engine", async (t) => {
  const host = spawn(join(checkout, "tools/language-host/pulumi-language-nodejs"), ["-v=9", "127.0.0.1:1"]);
  t.after(() => host.kill());
  const [line] = await once(host.stdout, "data");
  const client = new languageRpc.LanguageRuntimeClient(`127.0.0.1:${Number(line)}`, credentials.createInsecure());

  const info = new language.ProgramInfo().setProgramDirectory(join(checkout, "infra"));
  const request = new language.GetProgramDependenciesRequest().setInfo(info).setTransitivedependencies(true);
  const names = await new Promise<string[]>((resolve, reject) =>
    client.getProgramDependencies(request, (error, response) =>
      error ? reject(error) : resolve(response.getDependenciesList().map((dependency) => dependency.getName())),
    ),
  );
  for (const name of ["@pulumi/pulumi", "google-protobuf", "protobufjs"]) assert.ok(names.includes(name), name);

  const code = await new Promise((resolve) =>
    client.generateProgram(new language.GenerateProgramRequest(), (error) => resolve(error?.code)),
  );
  assert.equal(code, status.UNIMPLEMENTED);

  client.close();
  host.stdin.end();
  await once(host, "exit");
});

test("nodeargs are split as a shell would", () => {
  assert.deepEqual(shellWords(`--a --b="c d" 'e "f"' g\\ h "i \\"j\\""`), ["--a", "--b=c d", 'e "f"', "g h", 'i "j"']);
  assert.deepEqual(shellWords("  "), []);
});
