export { type ObjectRecord, recordIn } from "./recorded.ts";
export { type KubernetesOptions, serveKubernetes } from "./server.ts";
export { startKubernetesThread } from "./thread.ts";
