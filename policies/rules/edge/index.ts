import type { Area } from "../../area.ts";
import bucketTransport from "./bucketTransport.ts";
import certificates from "./certificates.ts";
import checkedBackends from "./checkedBackends.ts";
import fallbackCertificate from "./fallbackCertificate.ts";
import healthChecks from "./healthChecks.ts";
import oneTlsOption from "./oneTlsOption.ts";
import openEntryPoints from "./openEntryPoints.ts";
import routeCertificates from "./routeCertificates.ts";
import storageTransport from "./storageTransport.ts";
import strictNames from "./strictNames.ts";
import strictTransport from "./strictTransport.ts";
import tlsVersion from "./tlsVersion.ts";
import tokenCheck from "./tokenCheck.ts";
import tokenIssuer from "./tokenIssuer.ts";
import tokenOnRoutes from "./tokenOnRoutes.ts";

export const edge: Area = {
  title: "Edge: TLS and tokens",
  rules: [
    tlsVersion,
    strictNames,
    fallbackCertificate,
    certificates,
    storageTransport,
    checkedBackends,
    healthChecks,
    tokenCheck,
  ],
  stackRules: [
    oneTlsOption,
    openEntryPoints,
    routeCertificates,
    bucketTransport,
    strictTransport,
    tokenOnRoutes,
    tokenIssuer,
  ],
};
