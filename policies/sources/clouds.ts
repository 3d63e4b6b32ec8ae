import type { Published } from "./source.ts";

const at =
  (name: string, root: Published["url"]) =>
  (path: string, says: string): Published => ({ title: `${name}: ${says}`, url: `${root}${path}` });

/** A page of AWS's documentation. */
export const aws = at("AWS", "https://docs.aws.amazon.com/");

/** A page of Azure's documentation. */
export const azure = at("Azure", "https://learn.microsoft.com/azure/");

/** A page of Google Cloud's documentation. */
export const googleCloud = at("Google Cloud", "https://docs.cloud.google.com/");
