import type { Area } from "../area.ts";
import type { Rule } from "../rule.ts";
import type { StackRule } from "../stackRule.ts";
import { clusters } from "./clusters/index.ts";
import { data } from "./data/index.ts";
import { delivery } from "./delivery/index.ts";
import { edge } from "./edge/index.ts";
import { encryption } from "./encryption/index.ts";
import { identity } from "./identity/index.ts";
import { logging } from "./logging/index.ts";
import { mesh } from "./mesh/index.ts";
import { network } from "./network/index.ts";
import { protection } from "./protection/index.ts";
import { secrets } from "./secrets/index.ts";
import { storage } from "./storage/index.ts";
import { tags } from "./tags/index.ts";
import { workload } from "./workload/index.ts";

/** Every rule of the pack, by what it is about. */
export const areas: readonly Area[] = [
  delivery,
  workload,
  edge,
  encryption,
  identity,
  clusters,
  network,
  mesh,
  storage,
  logging,
  protection,
  data,
  secrets,
  tags,
];

/** Rules about one resource by itself. */
export const rules: readonly Rule[] = areas.flatMap((area) => area.rules);

/** Rules about resources together. */
export const stackRules: readonly StackRule[] = areas.flatMap((area) => area.stackRules);
