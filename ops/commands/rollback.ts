import { command } from "../command.ts";
import { json, sim, stackParameter } from "../options.ts";
import { service } from "./release.ts";

/** Milliseconds since this process began: the operator decided before that. */
const DECIDED = 0;

export const rollback = command({
  name: "rollback",
  summary: "take the released version out of service, in all regions at once",
  positionals: [stackParameter],
  options: {
    sim,
    service,
    region: {
      type: "string",
      multiple: true,
      value: "REGION",
      description: "there alone; the config keeps the release for the others",
    },
    reason: {
      type: "string",
      value: "TEXT",
      description: "kept in the record, and shown to whoever tries the digest again",
    },
    json,
  },
  details: [
    "At any stage, and for an hour after a full promotion: the version before, which stands by, gets all requests at once, past Argo;",
    "where it does not stand by, the gateway's weights and Services are set instead. Needs neither Pulumi nor Argo's controller. Then",
    "it is seen from the answers of each region that the version is gone, its digest is denied for good, the Rollout and the config",
    "name the good image again, and the version's pods end, so that long streams resume elsewhere.",
    "Exit code: 0 when the version is gone from every region, 2 when not everywhere or not to be seen, 1 when nothing was done.",
  ].join("\n"),
  examples: [
    "novactl rollback staging --sim",
    'novactl rollback prod --region azr-weu --reason "timeouts, incident 12"',
  ],
  run: async ({ positionals: [stack = ""], values }) => {
    const { runRollback } = await import("../delivery/runRollback.ts");
    const { region: regions = [], reason = "rolled back by an operator" } = values;
    return runRollback({
      stack,
      simulated: values.sim === true,
      ...(values.service === undefined ? {} : { service: values.service }),
      regions,
      reason,
      json: values.json === true,
      decided: DECIDED,
    });
  },
});

export const killSwitch = command({
  name: "switch",
  summary: "the kill switch: serve everything from DWCP v1, or from v3 again",
  positionals: [stackParameter, { name: "version", description: "v1 or v3" }],
  options: {
    sim,
    region: { type: "string", multiple: true, value: "REGION", description: "there alone; the config stays as it is" },
    reason: { type: "string", value: "TEXT", description: "kept in the record" },
    json,
  },
  details: [
    "Sets the weights of the gateway's outer route, in all regions at once; v1 is always warm. A release of v3 that is under way is",
    "left as it is, but gets no requests, which its analysis takes for a failure.",
    "Exit code: 0 when every region serves the version, 2 when not everywhere or not to be seen.",
  ].join("\n"),
  examples: ["novactl switch staging v1 --sim", 'novactl switch prod v3 --reason "fixed"'],
  run: async ({ positionals: [stack = "", version = ""], values }) => {
    const { runSwitch } = await import("../delivery/killSwitch.ts");
    return runSwitch({
      stack,
      version,
      simulated: values.sim === true,
      regions: values.region ?? [],
      reason: values.reason ?? "switched by an operator",
      json: values.json === true,
      decided: DECIDED,
    });
  },
});
