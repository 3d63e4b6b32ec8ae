import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { problemsOf, put, rejects } from "./rejects.ts";
import { configIn, stackFileText } from "./stackFile.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const released = configIn(stackFileText("staging")).images.dwcpV3.split("@")[1];

rejects("an image by tag", { "images.dwcpV3": "ghcr.io/novacron/dwcp-v3:v3.1" }, /no tag/, /crane digest/);
rejects(
  "an image whose digest was cut off",
  { "images.pba": "ghcr.io/novacron/pba@sha256:abc" },
  /64 hexadecimal/,
  /digest/,
);
rejects(
  "a kill switch that leads to the same version",
  { "images.dwcpV1": `ghcr.io/novacron/dwcp@${released}` },
  /another digest than that of images\.dwcpV3/,
  /kill switch/,
  { value: `is ${JSON.stringify(`ghcr.io/novacron/dwcp@${released}`).slice(0, 80)}…` },
);
rejects(
  "a stage that Argo has no step for",
  { "release.stage": 25 },
  /0 \| 10 \| 50 \| 100 \| done/,
  /novactl promote/,
);
rejects("a wave without a region", { "release.waves[0]": [] }, /at least one region name/, /\[aws-use1\]/);
rejects(
  "a wave of an unknown region",
  { "release.waves[1][1]": "gcp-aso2" },
  /regions of this stack/,
  /did you mean gcp-aso1\?/,
);
rejects(
  "a region in two waves",
  { "release.waves[1][2]": "aws-use1" },
  /each region once \(waves\[0\] has it\)/,
  /one place in line/,
);
rejects("a region twice in one wave", { "pba.release.waves[0][1]": "aws-use1" }, /waves\[0\] has it/, /remove one/);
rejects("a wave that there is not", { "release.wave": 3 }, /a wave from 1 to 2/, /name one of the 2 waves/);
rejects("a wave before the first", { "release.wave": 0 }, /from 1 to the number of waves/, /name the wave/);
rejects("a denied tag", { "release.denied": ["v3.1"] }, /sha256: and 64/, /novactl status/, {
  key: "release.denied[0]",
  value: 'is "v3.1"',
});
rejects(
  "a release of what was rolled back",
  { "release.denied": [DIGEST, released] },
  /other than that of images\.dwcpV3/,
  /take this one out/,
  { key: "release.denied[1]", value: `is ${JSON.stringify(released)}` },
);
rejects("tokens over plain HTTP", { "identity.jwksUri": "http://login.example/jwks" }, /https:/, /jwks_uri/);
rejects("a model by name", { "pba.model": "bandwidth-v2" }, /sha256:/, /model registry/);
rejects("a switch in quotes", { "features.dwcpV3": "false" }, /without quotes/, /serve DWCP v1/);

test("a stage is read alike as YAML's number and as text, since both look the same to people", () => {
  for (const stage of [10, "10"]) {
    const config = configIn(stackFileText("staging"));
    put(config, "release.stage", stage);
    assert.equal(parseStackConfig(config, "staging").config?.release.stage, "10");
  }
});

test("regions that no wave names are one more wave, and only then", () => {
  assert.deepEqual(problemsOf({ "release.waves": [["azr-weu"]], "release.wave": 2 }), []);
  assert.deepEqual(problemsOf({ "release.waves": undefined, "release.wave": 1 }), []);
  assert.equal(problemsOf({ "release.waves": undefined, "release.wave": 2 }).length, 1);
});
