import type { Area } from "../../area.ts";
import bucketEncryption from "./bucketEncryption.ts";
import customerKeys from "./customerKeys.ts";
import keyRecovery from "./keyRecovery.ts";
import keyRotation from "./keyRotation.ts";
import keyUsers from "./keyUsers.ts";
import volumeKeys from "./volumeKeys.ts";

export const encryption: Area = {
  title: "Encryption",
  rules: [customerKeys, keyRotation, keyRecovery, volumeKeys, keyUsers],
  stackRules: [bucketEncryption],
};
