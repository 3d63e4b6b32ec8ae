import type { Opening } from "./opening.ts";

/** Ports that give control of a machine or a cluster, or show its insides. */
const ADMIN_PORTS: Readonly<Record<number, string>> = {
  22: "SSH",
  3000: "Grafana",
  3389: "RDP",
  6443: "Kubernetes API",
  8080: "dashboards and proxies",
  9090: "Prometheus",
  9093: "Alertmanager",
};

const HTTPS = 443;

/** The administration ports among those that are open, with their names. */
export function adminPortsIn(ports: Opening["ports"]): string[] {
  if (ports === "none") return [];
  if (ports.some(([first, last]) => first <= 1 && last >= 65_535)) return ["every port"];
  return Object.entries(ADMIN_PORTS)
    .filter(([port]) => ports.some(([first, last]) => first <= Number(port) && Number(port) <= last))
    .map(([port, name]) => `port ${port} (${name})`);
}

/** Whether HTTPS is all that is open. */
export const isHttpsOnly = (ports: Opening["ports"]): boolean =>
  ports !== "none" && ports.every(([first, last]) => first === HTTPS && last === HTTPS);

/** The open ports in words. */
export const portText = (ports: Opening["ports"]): string =>
  ports === "none"
    ? "a protocol without ports"
    : ports.map(([first, last]) => (first === last ? `port ${first}` : `ports ${first}-${last}`)).join(", ");
