import type { StackOutputs } from "../../infra/outputSchema.ts";
import type { Loss, MeshStatus, reachable } from "../../sim/network/oracle.ts";
import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { json, sim, stackParameter } from "../options.ts";
import { findProject, stackFile } from "../project.ts";
import { openSession, type Session } from "../session.ts";
import { request, startSimulator } from "../simulator.ts";
import { exportState } from "../state.ts";
import { type Cell, down, styled, table, up } from "../table.ts";

type Answer = MeshStatus & { reach?: ReturnType<typeof reachable> };

/** Exit code when something is down or cannot be reached. */
const NOT_UP = 2;

export const mesh = command({
  name: "mesh",
  summary: "show the links and tunnels between regions, and who reaches whom after a loss",
  positionals: [stackParameter],
  options: {
    sim,
    from: { type: "string", value: "REGION", description: "ask whether this region …" },
    to: { type: "string", value: "REGION", description: "… reaches this one" },
    lose: {
      type: "string",
      multiple: true,
      value: "WHAT",
      description: "as if this were lost: tunnel:NAME, gateway:REGION/INSTANCE or region:NAME",
    },
    json,
  },
  details: [
    "Exit code: 0 when every link is up, or when --to is reached; 2 when not.",
    "A tunnel of the simulated clouds is up only if both its ends really match. On the real clouds only their own consoles know",
    "the live state: there the planned mesh is printed, as the stack publishes it.",
  ].join("\n"),
  examples: [
    "novactl mesh staging --sim",
    "novactl mesh staging --sim --from aws-use1 --to azr-weu --lose gateway:azr-weu/0",
  ],
  run: async ({ positionals: [stack = ""], values }) => {
    if ((values.from === undefined) !== (values.to === undefined))
      throw new OperatorError("--from and --to go together: give both regions, or neither");
    const losses = (values.lose ?? []).map(readLoss);
    if (values.sim !== true) {
      if (losses.length > 0 || values.from !== undefined)
        throw new OperatorError("only the simulated clouds can answer --from, --to and --lose; add --sim");
      return plannedMesh(await openSession(stack), values.json === true);
    }
    const project = findProject();
    stackFile(project, stack);
    const { endpoint } = await startSimulator(project.home);
    const answer = await request<Answer>(endpoint, "POST /mesh", {
      stack,
      losses,
      ...(values.from === undefined ? {} : { reach: [values.from, values.to] }),
    });
    checkNames(answer, losses, [values.from, values.to]);
    console.log(values.json === true ? JSON.stringify(answer) : describe(answer, values.from, values.to).join("\n"));
    const good = answer.reach?.reachable ?? (answer.links.length > 0 && answer.links.every((link) => link.up));
    return good ? 0 : NOT_UP;
  },
});

export function readLoss(text: string): Loss {
  const [, kind, name = ""] = /^(tunnel|gateway|region):(.+)$/.exec(text) ?? [];
  if (kind === "tunnel") return { tunnel: name };
  if (kind === "region") return { region: name };
  const [, gateway, instance] = /^([^/]+)\/(\d+)$/.exec(name) ?? [];
  if (kind === "gateway" && gateway !== undefined) return { gateway, instance: Number(instance) };
  throw new OperatorError(
    `--lose '${text}': give tunnel:NAME, gateway:REGION/INSTANCE (instances count from 0) or region:NAME`,
  );
}

/** A misspelt name would be a loss of nothing, and look as if the mesh had survived it. */
function checkNames(status: MeshStatus, losses: readonly Loss[], ends: readonly (string | undefined)[]): void {
  const tunnels = status.links.flatMap((link) => link.tunnels);
  const demand = (kind: string, name: string, known: readonly string[]) => {
    if (!known.includes(name))
      throw new OperatorError(
        `the mesh has no ${kind} '${name}'; it has ${known.join(", ") || "none: bring the stack up first"}`,
      );
  };
  for (const loss of losses) {
    if ("tunnel" in loss)
      demand(
        "tunnel",
        loss.tunnel,
        tunnels.map(({ name }) => name),
      );
    else if ("region" in loss) demand("region", loss.region, status.regions);
    else {
      const instances = tunnels.flatMap(({ regions, instances: [first, second] }) => [
        `${regions[0]}/${first}`,
        `${regions[1]}/${second}`,
      ]);
      demand("gateway", `${loss.gateway}/${loss.instance}`, [...new Set(instances)].toSorted());
    }
  }
  for (const end of ends) if (end !== undefined) demand("region", end, status.regions);
}

function describe(answer: Answer, from?: string, to?: string): string[] {
  if (answer.links.length === 0) return ["the mesh has no links: bring the stack up first"];
  const rows = answer.links.flatMap((link): Cell[][] => {
    const tunnelsUp = link.tunnels.filter((tunnel) => tunnel.up).length;
    const carriers = link.kind === "vpn" ? `${tunnelsUp} of ${link.tunnels.length} tunnels` : "peering";
    return [
      [link.regions.join(" – "), link.up ? up : down, carriers, link.problems.join("; ")],
      ...link.tunnels
        .toSorted(byName)
        .map((tunnel): Cell[] => [
          `  ${tunnel.name}`,
          tunnel.up ? up : down,
          `gateways ${tunnel.instances.map((instance) => instance ?? "?").join(" – ")}`,
          tunnel.problems.join("; "),
        ]),
    ];
  });
  const lines = table(["link", "state", "over", "problems"], rows);
  const { reach } = answer;
  if (reach !== undefined)
    lines.push(
      "",
      reach.reachable
        ? styled("green", `${from} reaches ${to} over ${reach.over.join(", ")}`)
        : styled("red", `${from} does not reach ${to}: ${reach.reason}`),
    );
  return lines;
}

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

async function plannedMesh(session: Session, asJson: boolean): Promise<number> {
  const { deployment } = await exportState(session);
  const stackResource = deployment.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const planned = (stackResource?.outputs as Partial<StackOutputs> | undefined)?.meshTable;
  if (!Array.isArray(planned)) throw new OperatorError(`stack ${session.stack} publishes no mesh: bring it up first`);
  console.error(
    "This is the mesh as planned. Whether a tunnel is up is known to the clouds alone: see Site-to-Site VPN connections (AWS), connections of the virtual network gateway (Azure), Cloud VPN tunnels (Google Cloud).",
  );
  if (asJson) console.log(JSON.stringify({ planned }));
  else
    console.log(
      table(
        ["link", "kind", "inside", "outside"],
        planned.flatMap((link) => [
          [link.regions.join(" – "), link.kind, "", ""],
          ...link.tunnels.map((tunnel) => [`  ${tunnel.name}`, "", tunnel.inside, tunnel.outside.join(" – ")]),
        ]),
      ).join("\n"),
    );
  return 0;
}
