import assert from "node:assert/strict";
import { promises as dns } from "node:dns";
import { once } from "node:events";
import { connect } from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { state } from "../../workload/state.ts";
import { apply, container, deployment, pathOf, service, statefulSet, storageClass } from "./objects.ts";
import { echo } from "./programs.ts";
import { get, isInside, isReady, OUTSIDE_NAME, PEER_ADDRESS, runInside, startRegion, until } from "./region.ts";

if (isInside) await runTests();
else runInside(import.meta.url);

async function runTests(): Promise<void> {
  const region = await startRegion({ roles: { echo, state }, controllers: {} });
  const { kubelet, podsOf, ready } = region;
  const { client } = region.context;
  after(() => region.stop());

  test("names lead to services and to the pods of headless ones", async () => {
    await apply(client, storageClass("disk"));
    const replica = container(["state"], {
      env: [{ name: "STATE_FOLDER", value: "/data/operations" }],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    });
    await apply(client, service("keeper", { clusterIP: "None" }));
    const keeper = statefulSet("keeper", 2, { containers: [replica] }, "disk");
    await apply(client, keeper);
    await apply(client, service("echo"));
    await apply(client, deployment("echo", 3, { containers: [container(["echo"])] }));
    const replicas = await ready("keeper", 2);
    const resolver = new dns.Resolver();
    resolver.setServers(["10.96.0.10"]);
    const name = "keeper.default.svc.cluster.local";
    const addressOf = (pod: string) => replicas.find(({ metadata }) => metadata.name === pod)?.status.podIP;
    await until("both addresses", async () => (await resolver.resolve4(name).catch(() => [])).length === 2);
    assert.deepEqual(await resolver.resolve4(`keeper-1.${name}`), [addressOf("keeper-1")]);
    assert.deepEqual(
      (await resolver.resolveSrv(`_http._tcp.${name}`)).map(({ name: target, port }) => `${target}:${port}`).toSorted(),
      [`keeper-0.${name}:8080`, `keeper-1.${name}:8080`],
    );
    // By the machine's own resolver, as a program asks.
    const echoService = await client.get<{ spec: { clusterIP: string } }>(pathOf("Service", "echo"));
    assert.equal((await dns.lookup("echo.default.svc")).address, echoService.spec.clusterIP);
    await assert.rejects(resolver.resolve4("nobody.default.svc.cluster.local"), { code: "ENOTFOUND" });
    assert.deepEqual(await resolver.resolve6(name).catch(({ code }) => code), "ENODATA");
  });

  test("a state replica has its data again after a SIGKILL", async () => {
    const url = "http://keeper-0.keeper.default.svc:8080/operations/one";
    const put = await fetch(url, {
      method: "PUT",
      body: JSON.stringify({ payload: "kept" }),
      headers: { "content-type": "application/json" },
    });
    assert.equal(put.status, 201);
    kubelet.setFaults({ pod: "keeper-0" }, { unready: true });
    await ready("keeper", 1);
    kubelet.clearFaults();
    await ready("keeper", 2);
    kubelet.crash({ pod: "keeper-0" });
    await until("the replica is down", () => podsOf("keeper").some((pod) => !isReady(pod)));
    await ready("keeper", 2);
    assert.match(await until("its name again", () => get(url).catch(() => undefined)), /kept/);
    await client.remove(pathOf("Pod", "keeper-0"));
    await until("another pod", () =>
      podsOf("keeper").find(({ metadata }) => metadata.name === "keeper-0" && metadata.deletionTimestamp !== undefined),
    );
    await ready("keeper", 2);
    assert.match(await until("its name again", () => get(url).catch(() => undefined)), /kept/);
  });

  test("a public name is reached through the simulator, and nothing else is", async () => {
    assert.equal((await dns.lookup(OUTSIDE_NAME)).address, "198.51.100.9");
    const socket = connect(443, OUTSIDE_NAME);
    socket.write("hello");
    const [answer] = await once(socket, "data");
    socket.destroy();
    assert.equal(String(answer), "hello");
    await assert.rejects(dns.lookup("elsewhere.example.com"), { code: "ENOTFOUND" });
    await assert.rejects(once(connect(80, "192.0.2.1"), "connect"), { code: "ENETUNREACH" });
  });

  test("an endpoint in another region's network has a name and is reached through the simulator", async () => {
    const ports = [{ name: "wan", port: 8443 }];
    await apply(client, service("peers", { clusterIP: "None", selector: null, ports }));
    await apply(client, {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "peers-other", labels: { "kubernetes.io/service-name": "peers" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [PEER_ADDRESS], hostname: "other" }],
      ports,
    });
    const name = "other.peers.default.svc.cluster.local";
    const resolver = new dns.Resolver();
    resolver.setServers(["10.96.0.10"]);
    await until("its name", async () => (await resolver.resolve4(name).catch(() => []))[0] === PEER_ADDRESS);
    const [found] = await resolver.resolveSrv("_wan._tcp.peers.default.svc.cluster.local");
    assert.deepEqual([found?.name, found?.port], [name, 8443]);
    const socket = connect(8443, PEER_ADDRESS);
    socket.write("hello");
    const [answer] = await once(socket, "data");
    socket.destroy();
    assert.equal(String(answer), "hello");
  });

  test("a service spreads requests over ready pods alone", async () => {
    const pods = await ready("echo", 3);
    const seen = async (): Promise<Set<string>> =>
      new Set(await Promise.all(Array.from({ length: 30 }, () => get("http://echo.default.svc/"))));
    await until("all pods answer", async () => (await seen()).size === 3);
    const unready = pods[0]?.metadata.name ?? "";
    kubelet.setFaults({ pod: unready }, { unready: true });
    await ready("echo", 2);
    await until("the unready one gets none", async () => !(await seen()).has(unready));
    kubelet.clearFaults();
    await ready("echo", 3);
  });

  test("a load balancer gets the cloud's address and leads to the pods", async () => {
    await apply(client, { ...service("echo", { type: "LoadBalancer" }) });
    const path = pathOf("Service", "echo");
    type Balanced = { status: { loadBalancer: { ingress?: { ip: string }[] } } };
    await until(
      "its address",
      async () => (await client.get<Balanced>(path)).status.loadBalancer.ingress?.[0]?.ip === "203.0.113.7",
    );
    assert.match(await get("http://203.0.113.7/"), /^echo-/);
  });

  test("no request is lost while pods are replaced, and what a pod has begun it finishes", async () => {
    const slow = get("http://echo.default.svc/slow");
    await sleep(100);
    let lost = 0;
    let done = false;
    const asking = (async () => {
      let count = 0;
      for (; !done; count++) {
        await get("http://echo.default.svc/").catch(() => (lost += 1));
        await sleep(5);
      }
      return count;
    })();
    try {
      const before = new Set(podsOf("echo").map(({ metadata }) => metadata.name));
      await client.merge(pathOf("Deployment", "echo"), {
        spec: { template: { metadata: { annotations: { again: "1" } } } },
      });
      await until("all pods are new", () => {
        const now = podsOf("echo").map(({ metadata }) => metadata.name);
        return now.length === 3 && now.every((name) => !before.has(name));
      });
    } finally {
      done = true;
    }
    assert.ok((await asking) > 20);
    assert.equal(lost, 0);
    assert.match(await slow, /^echo-/);
  });
}
