import { describeDenial, type ReleaseCeiling, STAGES, type Stage } from "../infra/plan/release.ts";

/** What the ConfigMaps of one service say; undefined where there is none. */
export interface ServiceRelease {
  ceiling: ReleaseCeiling | undefined;
  /** Digests that were rolled back or aborted, without `sha256:`, with their `Denial` as JSON. */
  denied: Readonly<Record<string, string>>;
}

export interface Verdict {
  allow: boolean;
  reason: string;
  evidence: { digest: string; stage: string; ceiling: ReleaseCeiling | null };
}

/** May this digest run at this stage? Whatever is not known is no. */
export function verdict({ ceiling, denied }: ServiceRelease, digest: string, stage: string): Verdict {
  const answer = (allow: boolean, reason: string): Verdict => ({
    allow,
    reason,
    evidence: { digest, stage, ceiling: ceiling ?? null },
  });
  const wanted = STAGES.indexOf(stage as Stage);
  if (wanted < 1) return answer(false, `'${stage}' is no stage; the stages are ${STAGES.slice(1).join(", ")}`);
  if (ceiling === undefined) return answer(false, "the service has no ceiling");
  const denial = denied[digest.replace(/^sha256:/, "")];
  if (denial !== undefined) return answer(false, `the digest is denied: ${describeDenial(denial)}`);
  if (ceiling.denied.includes(digest)) return answer(false, "the digest is denied in the stack's config");
  if (ceiling.digest !== digest) return answer(false, `the digest that is released is ${ceiling.digest}`);
  if (STAGES.indexOf(ceiling.stage) < wanted) return answer(false, `the ceiling is ${ceiling.stage}`);
  return answer(true, `the ceiling is ${ceiling.stage}`);
}
