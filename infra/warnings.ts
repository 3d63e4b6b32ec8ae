import { log } from "@pulumi/pulumi";

/**
 * Warns when the program seems to run without its policy pack. A program cannot see `--policy-pack`, only the variable
 * that stands for it, so a pack given on the command line alone warns too; `novactl` sets both.
 */
export function warnWithoutPolicyPack(): void {
  if (process.env.PULUMI_OPTION_POLICY_PACK !== undefined) return;
  void log.warn(
    "no policy pack in PULUMI_OPTION_POLICY_PACK: security rules may go unchecked; use `novactl` or pass --policy-pack policies",
  );
}
