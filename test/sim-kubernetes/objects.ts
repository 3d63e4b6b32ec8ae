export const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});

export const deployment = (name: string, image: string, app = name) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers: [{ name: "main", image }] } },
  },
});

export const routeDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "routes.test.novacron.example" },
  spec: {
    group: "test.novacron.example",
    scope: "Namespaced",
    names: { plural: "routes", singular: "route", kind: "Route", listKind: "RouteList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  sticky: { type: "boolean" },
                  services: {
                    type: "array",
                    items: { type: "object", properties: { name: { type: "string" }, weight: { type: "integer" } } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** The definition with one more version, in which objects are stored from now on. */
export const storedAs = (name: string) => {
  const [first] = routeDefinition.spec.versions;
  return {
    ...routeDefinition,
    spec: {
      ...routeDefinition.spec,
      versions: [
        { ...first, storage: false },
        { ...first, name },
      ],
    },
  };
};

export const route = (name: string, weight: number, sticky = false) => ({
  apiVersion: "test.novacron.example/v1",
  kind: "Route",
  metadata: { name, namespace: "default" },
  spec: {
    sticky,
    services: [
      { name: "stable", weight: 100 - weight },
      { name: "canary", weight },
    ],
  },
});
