import type { Area } from "../../area.ts";
import bucketEncryption from "./bucketEncryption.ts";
import customerKeys from "./customerKeys.ts";

export const encryption: Area = {
  title: "Encryption",
  rules: [customerKeys],
  stackRules: [bucketEncryption],
};
