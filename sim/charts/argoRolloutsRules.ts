import { READ, type Rule } from "./manifests.ts";

/** Traffic routers that the chart's `providerRBAC.providers` can give rights for. */
export const PROVIDERS = [
  "istio",
  "smi",
  "ambassador",
  "awsLoadBalancerController",
  "awsAppMesh",
  "traefik",
  "apisix",
  "contour",
  "glooPlatform",
  "gatewayAPI",
] as const;

const on = (apiGroups: string[], resources: string[], verbs: string[]): Rule => ({ apiGroups, resources, verbs });

const CHANGE = ["update", "patch"];
const OWN = ["create", ...READ, ...CHANGE, "delete"];

/** What the controller does besides routing (argo-rollouts, manifests/role/argo-rollouts-clusterrole.yaml). */
export const RULES: readonly Rule[] = [
  on(["argoproj.io"], ["rollouts", "rollouts/status", "rollouts/finalizers"], [...READ, ...CHANGE]),
  on(["argoproj.io"], ["analysisruns", "analysisruns/finalizers", "experiments", "experiments/finalizers"], OWN),
  on(["argoproj.io"], ["analysistemplates", "clusteranalysistemplates"], READ),
  on(["apps"], ["replicasets"], OWN),
  on(["", "apps"], ["deployments", "podtemplates"], [...READ, ...CHANGE]),
  on([""], ["services"], [...READ, "patch", "create", "delete"]),
  on(["coordination.k8s.io"], ["leases"], ["create", "get", "update"]),
  on([""], ["secrets", "configmaps"], READ),
  on([""], ["pods"], ["list", "update", "watch"]),
  on([""], ["pods/eviction"], ["create"]),
  on([""], ["events"], ["create", ...CHANGE]),
  on(["networking.k8s.io", "extensions"], ["ingresses"], ["create", ...READ, ...CHANGE]),
  on(["batch"], ["jobs"], OWN),
];

export const providerRules: Readonly<Record<(typeof PROVIDERS)[number], readonly Rule[]>> = {
  istio: [on(["networking.istio.io"], ["virtualservices", "destinationrules"], [...READ, ...CHANGE])],
  smi: [on(["split.smi-spec.io"], ["trafficsplits"], ["create", "watch", "get", ...CHANGE])],
  ambassador: [
    on(
      ["getambassador.io", "x.getambassador.io"],
      ["mappings", "ambassadormappings"],
      ["create", ...READ, "update", "delete"],
    ),
  ],
  awsLoadBalancerController: [
    on([""], ["endpoints"], ["get"]),
    on(["elbv2.k8s.aws"], ["targetgroupbindings"], ["list", "get"]),
  ],
  awsAppMesh: [
    on(["appmesh.k8s.aws"], ["virtualservices"], READ),
    on(["appmesh.k8s.aws"], ["virtualnodes", "virtualrouters"], [...READ, ...CHANGE]),
  ],
  traefik: [on(["traefik.containo.us", "traefik.io"], ["traefikservices"], ["watch", "get", "update"])],
  apisix: [on(["apisix.apache.org"], ["apisixroutes"], ["watch", "get", "update"])],
  contour: [on(["projectcontour.io"], ["httpproxies"], [...READ, "update"])],
  glooPlatform: [on(["networking.gloo.solo.io"], ["routetables"], ["*"])],
  gatewayAPI: [
    on(
      ["gateway.networking.k8s.io"],
      ["httproutes", "tcproutes", "tlsroutes", "udproutes", "grpcroutes"],
      [...READ, "update"],
    ),
  ],
};
