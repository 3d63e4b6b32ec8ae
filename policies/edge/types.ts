/** Type tokens of what the edge is made of, beside those of policies/kubernetes/types.ts. */
export const EDGE = {
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  httpRoute: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  ingress: "kubernetes:networking.k8s.io/v1:Ingress",
  middleware: "kubernetes:traefik.io/v1alpha1:Middleware",
  serversTransport: "kubernetes:traefik.io/v1alpha1:ServersTransport",
  tcpRoute: "kubernetes:traefik.io/v1alpha1:IngressRouteTCP",
  tlsOption: "kubernetes:traefik.io/v1alpha1:TLSOption",
  udpRoute: "kubernetes:traefik.io/v1alpha1:IngressRouteUDP",
} as const;
