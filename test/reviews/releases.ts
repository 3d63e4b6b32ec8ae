import type { Change } from "./change.ts";

const NEXT = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/** Changes of what is released. The stack is in the middle of a release: 10 % in the first wave. */
export const releases: readonly Change[] = [
  {
    title: "nothing",
    sentence: "nothing changes, 771 resources stay as they are",
    dangers: [],
    exitCode: 0,
  },
  {
    title: "promote the release to half of the first wave",
    config: (config) => {
      config.release.stage = "50";
    },
    sentence: "aws-use1: 1 update of a ConfigMap; canary ceiling 10 → 50 in wave 1; no data-bearing resource touched",
    says: [
      /dwcp-v3 in wave 1 \(aws-use1\): canary ceiling 10 → 50; once the gates allow it, the canary answers half of the requests$/m,
      /exempted TLS-001 azure-native:storage:StorageAccount::\*-artifacts: .+ \(platform-team, until \d{4}-\d{2}-\d{2}\)$/m,
    ],
    dangers: [],
    exitCode: 2,
  },
  {
    title: "release another image of DWCP",
    config: (config) => {
      config.images.dwcpV3 = `ghcr.io/novacron/dwcp-v3@${NEXT}`;
      config.release.digest = NEXT;
    },
    sentence:
      "3 regions: 3 updates of ConfigMaps, 3 updates of Rollouts; new digest of dwcp-v3; no data-bearing resource touched",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "serve DWCP v1 instead of v3",
    config: (config) => {
      config.features.dwcpV3 = false;
    },
    sentence: "3 regions: 6 updates of Rollouts; kill switch v3 → v1; no data-bearing resource touched",
    says: [/kill switch v3 → v1 in aws-use1, azr-weu, gcp-aso1: .* moved by `novactl switch` alone, never by `up`$/m],
    dangers: [],
    exitCode: 2,
  },
  {
    title: "use another model for bandwidth prediction",
    config: (config) => {
      config.pba.model = NEXT;
    },
    sentence: "3 regions: 3 updates of Rollouts; new model of pba; no data-bearing resource touched",
    dangers: [],
    exitCode: 2,
  },
];
