import type { RegionContext, Stoppable } from "../../region/context.ts";
import { dnsAddress } from "../../region/namespace.ts";
import { serveNames } from "./dns.ts";
import { Forwarding } from "./forwarding.ts";
import { Internet } from "./internet.ts";
import { LoadBalancers } from "./loadBalancers.ts";
import { NodeNames } from "./nodeNames.ts";
import type { Service } from "./objects.ts";
import { Services } from "./services.ts";

/** The network of a region's cluster, as it runs. */
export interface ClusterNetwork extends Stoppable {
  /**
   * Whether a connection to this address may be tried. The region's programs listen on all its addresses; on a load balancer's
   * there is nothing but what its Service names.
   */
  admits(address: string, port: number): boolean;
}

/**
 * Runs the network of a region's cluster: names, cluster addresses, load balancers, the way out. Resolves once names are
 * answered and every Service that is there is listened for.
 */
export async function startClusterNetwork(region: RegionContext): Promise<ClusterNetwork> {
  const own = new Set<string>();
  const loadBalancers = new LoadBalancers(region, (service, addresses) => {
    for (const address of addresses) own.add(address);
    listen(service);
  });
  const internet = new Internet(region, (address) => own.has(address));
  const services: Services = new Services(region, {
    onChange: (service) => {
      loadBalancers.update(service);
      listen(service);
    },
    onDelete: (service) => {
      loadBalancers.remove(service);
      forwarding.serve(service, []);
    },
    onEndpoints: (endpoints) => {
      for (const { address, ports } of endpoints) for (const port of ports.values()) internet.lead(address, port);
    },
  });
  const forwarding = new Forwarding(region, services);

  function listen(service: Service): void {
    const { clusterIP } = service.spec;
    const cluster = clusterIP === undefined || clusterIP === "None" || clusterIP === "" ? [] : [clusterIP];
    forwarding.serve(service, [...cluster, ...loadBalancers.addresses(service)]);
  }

  const nodes = new NodeNames(region);
  await Promise.all([services.start(), nodes.start()]);
  const stopNames = await serveNames({
    address: dnsAddress(region.spec),
    services,
    others: async (name) => {
      const found = nodes.resolve(name);
      return found.length > 0 ? found : internet.resolve(name);
    },
    reached: () => internet.led(),
    log: region.log,
  });
  return {
    admits: (address, port) => !own.has(address) || forwarding.listens(address, port),
    stop: async () => {
      stopNames();
      loadBalancers.stop();
      internet.stop();
      forwarding.stop();
      await Promise.all([services.stop(), nodes.stop()]);
    },
  };
}
