import type { RunningRole } from "../../workload/role.ts";
import { certificateReconciler } from "./certificates.ts";
import type { Certificate, Issuer, Secret } from "./certManagerObjects.ts";
import type { ControllerContext } from "./context.ts";
import { Controller } from "./controller.ts";
import { issuerReconciler } from "./issuers.ts";
import { CERTIFICATES, CLUSTER_ISSUERS, ISSUERS, keyOf, SECRETS } from "./paths.ts";

/**
 * Stands in for cert-manager's controller: issuers of type selfSigned, ca and acme, and their certificates. Certificates of
 * an acme issuer come from the simulation's public authority, without challenges. There are no CertificateRequests.
 */
export async function certManager(context: ControllerContext): Promise<RunningRole> {
  const controller = new Controller(context);
  const ownNamespace =
    context.args.find((arg) => arg.startsWith("--cluster-resource-namespace="))?.split("=")[1] ??
    context.env.POD_NAMESPACE ??
    "cert-manager";
  const namespaceOf = (issuer: Issuer): string => issuer.metadata.namespace ?? ownNamespace;

  const certificateQueue = controller.reconciles((key) => reconcileCertificate(key));
  const issuerQueue = controller.reconciles((key) => reconcileIssuer(key));
  const clusterIssuerQueue = controller.reconciles((key) => reconcileClusterIssuer(key));

  const certificates = controller.watchesOwn<Certificate>(CERTIFICATES, certificateQueue);
  const wakeUsers = (kind: string) => (issuer: Issuer) => {
    (kind === "Issuer" ? issuerQueue : clusterIssuerQueue).add(keyOf(issuer));
    for (const certificate of certificates.all()) {
      const { issuerRef } = certificate.spec;
      if (issuerRef.name === issuer.metadata.name && (issuerRef.kind ?? "Issuer") === kind)
        certificateQueue.add(keyOf(certificate));
    }
  };
  const issuers = controller.watches<Issuer>(ISSUERS, wakeUsers("Issuer"));
  const clusterIssuers = controller.watches<Issuer>(CLUSTER_ISSUERS, wakeUsers("ClusterIssuer"));
  const secrets = controller.watches<Secret>(SECRETS, ({ metadata: { name, namespace } }) => {
    for (const certificate of certificates.all())
      if (certificate.spec.secretName === name && certificate.metadata.namespace === namespace)
        certificateQueue.add(keyOf(certificate));
    for (const issuer of [...issuers.all(), ...clusterIssuers.all()])
      if (issuer.spec.ca?.secretName === name && namespaceOf(issuer) === namespace)
        (issuer.metadata.namespace === undefined ? clusterIssuerQueue : issuerQueue).add(keyOf(issuer));
  });

  const reconcileIssuer = issuerReconciler(context, ISSUERS, issuers, secrets, namespaceOf);
  const reconcileClusterIssuer = issuerReconciler(context, CLUSTER_ISSUERS, clusterIssuers, secrets, namespaceOf);
  const reconcileCertificate = certificateReconciler(context, {
    certificate: (name, namespace) => certificates.get(name, namespace),
    secret: (name, namespace) => secrets.get(name, namespace),
    issuer: ({ metadata: { namespace = "" }, spec: { issuerRef } }) =>
      issuerRef.kind === "ClusterIssuer"
        ? { issuer: clusterIssuers.get(issuerRef.name), secretNamespace: ownNamespace }
        : { issuer: issuers.get(issuerRef.name, namespace), secretNamespace: namespace },
    ownSecrets: context.args.includes("--enable-certificate-owner-ref=true"),
  });
  return controller.run("cert-manager-controller");
}
