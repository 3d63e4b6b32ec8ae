import type { Change } from "./change.ts";

const NEXT = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/** Changes of what is released. The stack is in the middle of a release: 10 % in the first wave. */
export const releases: readonly Change[] = [
  {
    title: "nothing",
    sentence: "",
    dangers: [],
    exitCode: 0,
  },
  {
    title: "promote the release to half of the first wave",
    config: (config) => {
      config.release.stage = "50";
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "promote the release to the whole of every wave",
    config: (config) => {
      config.release.stage = "done";
      config.release.wave = 2;
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "release another image of DWCP",
    config: (config) => {
      config.images.dwcpV3 = `ghcr.io/novacron/dwcp-v3@${NEXT}`;
      config.release.digest = NEXT;
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "serve DWCP v1 instead of v3",
    config: (config) => {
      config.features.dwcpV3 = false;
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "use another model for bandwidth prediction",
    config: (config) => {
      config.pba.model = NEXT;
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "promise that Raft survives less",
    config: (config) => {
      config.quorum.raft.replicas = { "aws-use1": 2, "azr-weu": 2, "gcp-aso1": 1 };
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
];
