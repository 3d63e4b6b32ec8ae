import { z } from "zod";
import { keyed, list, text, words } from "./wording.ts";

const DIGEST = "sha256:[0-9a-f]{64}";

const digest = (action: string) =>
  text(new RegExp(`^${DIGEST}$`), "sha256: and 64 hexadecimal digits in lower case", action);

const image = (what: string) =>
  text(
    new RegExp(`^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+@${DIGEST}$`),
    "registry/repository@sha256: and 64 hexadecimal digits; no tag, since a tag can be moved",
    "write the digest that was pushed (crane digest, or docker buildx imagetools inspect)",
  ).describe(what);

/** The images that run in the clusters. */
export const imagesSchema = keyed({
  dwcpV3: image("DWCP v3, released step by step"),
  dwcpV1: image("DWCP v1, kept warm for the kill switch"),
  environment: image("The environment's own image: release gate, token check, state and background load"),
  pba: image("Bandwidth inference, released step by step"),
});

/** YAML reads `stage: 10` as a number and `stage: done` as text; both are meant. */
const stage = z
  .literal(
    [0, 10, 50, 100, "0", "10", "50", "100", "done"],
    words("0 | 10 | 50 | 100 | done", "name how far the release may go; `novactl promote` raises it step by step"),
  )
  .transform(stageOf)
  .describe("How far the current wave may go: percent of requests, or done, which ends the bake time");

function stageOf(value: number | string): "0" | "10" | "50" | "100" | "done" {
  const name = String(value);
  switch (name) {
    case "0":
    case "10":
    case "50":
    case "100":
    case "done":
      return name;
  }
  throw new Error(`${name} is no stage`);
}

const WAVES = "a list of waves, each a list of region names";

/** How far a service's image may go, and where. */
export const releaseSchema = keyed({
  stage,
  wave: z
    .int(words("a whole number from 1 to the number of waves", "name the wave that the stage is for"))
    .min(1, words("a whole number from 1 to the number of waves", "name the wave that the stage is for"))
    .describe("The wave that the stage is for: earlier ones are done, later ones wait"),
  // A stage is granted to one image. Without this, an image that is changed by hand would inherit the stage of the one before.
  digest: digest("write the digest that the stage was granted to, or leave it out")
    .optional()
    .describe("The digest that stage and wave were granted to; any other starts at 10 % in the first wave"),
  denied: z
    .array(
      digest("write the digest as `novactl status` shows it"),
      words("a list of digests", "list the digests that must never start, or leave it out"),
    )
    .default([])
    .describe("Digests that must never start again, such as those that were rolled back"),
  waves: z
    .array(
      list(
        z.string(words("a region's name", "write the name as in regions")),
        1,
        "a list of at least one region name",
        "name the wave's regions, such as [aws-use1]",
      ),
      words(WAVES, "write one list for each wave, such as [[aws-use1], [azr-weu, gcp-aso1]]"),
    )
    .default([])
    .describe("Regions in the order in which they are released; those that no wave names are the last wave"),
});

export const featuresSchema = keyed({
  dwcpV3: z
    .boolean(words("true or false, without quotes", "set it to false to serve DWCP v1"))
    .default(true)
    .describe("Whether DWCP v3 serves; false is what `novactl switch` leaves behind: v1 serves"),
});

const url = (action: string) =>
  text(/^https:\/\/[a-z0-9.-]+(:[0-9]+)?(\/\S*)?$/, "a URL that begins with https://", action);

/** Whose tokens let requests in. */
export const identitySchema = keyed({
  issuer: url("write the `iss` of your identity provider's tokens"),
  audience: text(/^\S{1,200}$/, "text without spaces", "write the `aud` that your tokens carry for this service"),
  jwksUri: url("write the `jwks_uri` of the provider's /.well-known/openid-configuration"),
});

export const pbaSchema = keyed({
  release: releaseSchema.describe("How far the inference image may go"),
  model: digest("write the digest of the model's file, as the model registry lists it").describe(
    "Digest of the model that is served",
  ),
});
