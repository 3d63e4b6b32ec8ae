import { log } from "@pulumi/pulumi";

/**
 * Warns when the program seems to run without its policy pack. A program sees neither `--policy-pack` nor whether a pack
 * runs, only the variable by which `novactl`, and a shell after `novactl env`, hand the pack to Pulumi.
 */
export function warnWithoutPolicyPack(): void {
  // Pulumi takes an empty one for none.
  if ((process.env.PULUMI_OPTION_POLICY_PACK ?? "") !== "") return;
  void log.warn(
    'PULUMI_OPTION_POLICY_PACK names no policy pack: nothing may have judged what is declared here; use `novactl`, or plain `pulumi` after eval "$(npx novactl env <stack>)". A pack given by --policy-pack runs and cannot be seen from here',
  );
}
