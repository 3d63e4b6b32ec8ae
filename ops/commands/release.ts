import { command, type Option } from "../command.ts";
import type { Done } from "../delivery/situation.ts";
import { json, sim, stackParameter } from "../options.ts";

/** Which of the released services is meant. */
export const service = {
  type: "string",
  value: "NAME",
  description: "dwcp-v3 or pba (default: dwcp-v3)",
} satisfies Option;

const options = { sim, service, json } as const;

const EXIT_CODES = [
  "Exit code: 0 when it was done in every region, 2 when some region could not be reached or refused (it is named, and the",
  "next `novactl up` does it there), 1 when nothing was done.",
].join("\n");

export const release = command({
  name: "release",
  summary: "start a release: an image by digest, for 10 % of the requests in the first wave",
  positionals: [stackParameter],
  options: {
    ...options,
    image: { type: "string", value: "REPOSITORY@DIGEST", description: "what to release, as the registry names it" },
  },
  details: [
    "Writes the image to the stack file of the checkout, opens the gate of the first stage in the first wave, and sets the image in",
    "every region without waiting for an `up`, which then finds nothing to do. A release during a release begins at 10 % again.",
    EXIT_CODES,
  ].join("\n"),
  examples: ["novactl release staging --sim --image ghcr.io/novacron/dwcp-v3@sha256:…"],
  run: async ({ positionals: [stack = ""], values }) => {
    if (values.image === undefined) throw await refusal("novactl release needs --image REPOSITORY@DIGEST");
    const actions = await import("../delivery/release.ts");
    return print(stack, values.json, await actions.release(stack, values.sim === true, values.image, values.service));
  },
});

export const promote = command({
  name: "promote",
  summary: "let the release go on: to its next stage, or to the next wave of regions",
  positionals: [stackParameter],
  options: {
    ...options,
    to: { type: "string", value: "STAGE", description: "10, 50, 100 or done (default: the next one)" },
    wave: { type: "string", value: "N", description: "the next wave, once this one is done" },
    force: { type: "boolean", description: "although a gate fails; needs a reason" },
    reason: { type: "string", value: "TEXT", description: "kept in the record" },
  },
  details: [
    "Refuses while a gate fails in a region of the wave, and names it. Regions that cannot be reached are skipped and named.",
    "Traffic moves once the region's own gates have seen the new ceiling, within a few seconds.",
    EXIT_CODES,
  ].join("\n"),
  examples: [
    "novactl promote staging --sim",
    "novactl promote prod --wave 2",
    'novactl promote prod --to 50 --force --reason "latency alarm is known, see incident 12"',
  ],
  run: async ({ positionals: [stack = ""], values }) => {
    const actions = await import("../delivery/promote.ts");
    return print(stack, values.json, await actions.promote(stack, values.sim === true, values, values.service));
  },
});

export const pause = command({
  name: "pause",
  summary: "hold a release where it is; nothing is taken back",
  positionals: [stackParameter],
  options: { ...options, reason: { type: "string", value: "TEXT", description: "kept in the record" } },
  details: [
    "Lowers the ceiling to the lowest stage that a region of the wave has reached, so that no gate opens any more. The analysis of",
    "the canary goes on and aborts a bad one, pods are scaled, and `novactl rollback` works as ever.",
    EXIT_CODES,
  ].join("\n"),
  run: async ({ positionals: [stack = ""], values }) => {
    const actions = await import("../delivery/pause.ts");
    return print(stack, values.json, await actions.pause(stack, values.sim === true, values.reason, values.service));
  },
});

export const resume = command({
  name: "resume",
  summary: "let a paused release go on, up to where it was allowed before",
  positionals: [stackParameter],
  options,
  details: EXIT_CODES,
  run: async ({ positionals: [stack = ""], values }) => {
    const actions = await import("../delivery/pause.ts");
    return print(stack, values.json, await actions.resume(stack, values.sim === true, values.service));
  },
});

async function refusal(message: string): Promise<Error> {
  const { OperatorError } = await import("../operatorError.ts");
  return new OperatorError(message);
}

async function print(stack: string, asJson: boolean | undefined, done: Done): Promise<number> {
  const { describeMissing, exitCode, report, reportJson } = await import("../delivery/carryOut.ts");
  const { after, digest, headline, regions } = done;
  if (asJson === true) {
    const { stage, wave } = after.release;
    console.log(JSON.stringify({ stack, digest, stage, wave, headline, regions: reportJson(regions, after) }));
  } else {
    console.log([headline, "", ...report(regions, after), ...describeMissing(regions, stack)].join("\n"));
  }
  return exitCode(regions);
}
