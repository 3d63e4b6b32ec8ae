import assert from "node:assert/strict";
import { test } from "node:test";
import { retentionFor } from "../../infra/aws/logs.ts";
import { amiType } from "../../infra/aws/nodeGroups.ts";

test("a machine gets an image that it can boot", () => {
  assert.deepEqual(
    [
      "m7i.large",
      "c7i-flex.xlarge",
      "m7g.large",
      "c6gn.xlarge",
      "im4gn.large",
      "t4g.small",
      "g5.xlarge",
      "g5g.xlarge",
      "p4d.24xlarge",
    ].map(amiType),
    [
      "AL2023_x86_64_STANDARD",
      "AL2023_x86_64_STANDARD",
      "AL2023_ARM_64_STANDARD",
      "AL2023_ARM_64_STANDARD",
      "AL2023_ARM_64_STANDARD",
      "AL2023_ARM_64_STANDARD",
      "AL2023_x86_64_NVIDIA",
      "AL2023_ARM_64_NVIDIA",
      "AL2023_x86_64_NVIDIA",
    ],
  );
});

test("logs are never kept shorter than asked for", () => {
  assert.deepEqual([1, 2, 90, 100, 3653, 9999].map(retentionFor), [1, 3, 90, 120, 3653, 3653]);
});
