import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Subnet, SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import type { Vpc, VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import type { SimulatedCloud } from "../../sim/cloud.ts";
import { loadFacts } from "../../sim/facts/load.ts";
import { Faults, faultSchema } from "../../sim/faults.ts";
import { diffInputs } from "../../sim/server/diff.ts";
import { ProviderError, Simulator } from "../../sim/server/simulator.ts";
import { type Properties, refuse, service } from "../../sim/service.ts";
import { Store } from "../../sim/store.ts";
import type { World } from "../../sim/world.ts";

const vpc = service<VpcArgs, Vpc>("aws:ec2/vpc:Vpc", {
  replaceOn: ["cidrBlock"],
  references: ({ arn }) => [arn],
  create: ({ cidrBlock = "", tags = {} }, world) => ({
    id: `vpc-${world.hex(8)}`,
    arn: `arn:${world.hex(4)}`,
    cidrBlock,
    defaultNetworkAclId: "acl",
    defaultRouteTableId: "rtb",
    defaultSecurityGroupId: "sg",
    dhcpOptionsId: "dopt",
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    ipv6AssociationId: "",
    ipv6CidrBlock: "",
    ipv6CidrBlockNetworkBorderGroup: "",
    mainRouteTableId: "rtb",
    ownerId: world.account,
    region: world.region,
    tagsAll: tags,
  }),
});

const subnet = service<SubnetArgs, Subnet>("aws:ec2/subnet:Subnet", {
  replaceOn: ["vpcId"],
  create: ({ vpcId }, world) => {
    if (world.get(vpc, vpcId) === undefined) refuse("InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
    return { id: `subnet-${world.hex(8)}` };
  },
});

const cloud: SimulatedCloud = {
  package: "aws",
  services: [vpc, subnet],
  functions: [],
  checkConfig: () => [],
  place: (input, config) => ({ account: "000000000000", region: String(input.region ?? config.region) }),
  regionalIds: true,
  wording: ({ operation, name }, code, message) => `${operation} ${name}: ${code}: ${message}`,
  automaticName: (name, hex) => `${name}-${hex(7)}`,
};

const facts = await loadFacts(cloud.services.map(({ type }) => type));
const caller = { cloud, config: { region: "us-east-1" } };
const request = (type: string, name: string) => ({ type, urn: `urn:pulumi:test::novacron::${type}::${name}` });
const hex = () => "0123456";

function simulate(store = new Store(":memory:")) {
  const faults = new Faults();
  return { store, faults, simulator: new Simulator({ store, facts, faults, timeScale: 0 }) };
}

const createVpc = (simulator: Simulator, name = "v") =>
  simulator.create(caller, request(vpc.type, name), { cidrBlock: "10.0.0.0/16" });

test("a missing, misspelt or wrongly typed property is refused before anything is made", () => {
  const { simulator } = simulate();
  const problems = (inputs: Record<string, unknown>) =>
    simulator.check(caller, request(subnet.type, "s"), {}, inputs, hex).problems;
  assert.deepEqual(problems({}), [["vpcId", "required property is missing"]]);
  assert.deepEqual(problems({ vpcId: "x", cidrBlok: "y" }), [
    ["cidrBlok", "no such property; did you mean 'cidrBlock'?"],
  ]);
  assert.deepEqual(problems({ vpcId: 5 }), [["vpcId", "expected a string, got number 5"]]);
  assert.deepEqual(
    problems({ vpcId: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }),
    [],
    "a value not known yet is not wrong",
  );
});

test("a type or function that is not modelled is refused by name, never accepted in silence", async () => {
  const { simulator } = simulate();
  const type = "aws:ec2/instance:Instance";
  await assert.rejects(
    simulator.create(caller, request(type, "i"), {}),
    /does not model the resource type aws:ec2\/instance:Instance/,
  );
  assert.throws(
    () => simulator.invoke(caller, "aws:ec2/getAmi:getAmi", {}),
    /does not model the function aws:ec2\/getAmi:getAmi/,
  );
});

test("a reference must exist in the request's region", async () => {
  const { simulator } = simulate();
  const { id } = await createVpc(simulator);
  await simulator.create(caller, request(subnet.type, "s1"), subnetInputs(id)).catch(expectOutputsMissing);
  await assert.rejects(
    simulator.create(caller, request(subnet.type, "s2"), subnetInputs("vpc-none")),
    /create s2: InvalidVpcID.NotFound/,
  );
  const elsewhere = { cloud, config: { region: "eu-west-1" } };
  await assert.rejects(
    simulator.create(elsewhere, request(subnet.type, "s3"), subnetInputs(id)),
    /InvalidVpcID.NotFound/,
  );
});

test("a create that leaves out what the provider always returns is reported as the simulator's fault", async () => {
  const { simulator, store } = simulate();
  const { id } = await createVpc(simulator);
  await assert.rejects(
    simulator.create(caller, request(subnet.type, "s"), subnetInputs(id)),
    /the simulator's aws:ec2\/subnet:Subnet leaves out arn, /,
  );
  assert.equal(store.all().length, 1);
});

test("what is made survives a restart, and numbers are not given out twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-store-"));
  try {
    const first = simulate(new Store(join(folder, "clouds.sqlite")));
    const { id } = await createVpc(first.simulator);
    const counted = first.store.next("public-address");
    first.store.close();
    const second = new Store(join(folder, "clouds.sqlite"));
    assert.deepEqual(
      second.all().map((resource) => resource.id),
      [id],
    );
    assert.equal(second.next("public-address"), counted + 1);
    second.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("clouds that another version of the simulator wrote are left alone, with a word on what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-store-"));
  try {
    const other = new DatabaseSync(join(folder, "clouds.sqlite"));
    other.exec("create table resource (document text); pragma user_version = 999");
    other.close();
    assert.throws(
      () => new Store(join(folder, "clouds.sqlite")),
      /another version of the simulator \(999, this is \d+\); remove/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("one name in two regions is two resources, in one region a refusal", async () => {
  const named = {
    ...vpc,
    behaviour: {
      ...vpc.behaviour,
      create: (input: Properties, world: World) => ({ ...vpc.behaviour.create(input, world), id: "name" }),
    },
  };
  const { simulator, store } = simulate();
  const of = (region: string) => ({ cloud: { ...cloud, services: [named] }, config: { region } });
  const inputs = { cidrBlock: "10.0.0.0/16" };
  await simulator.create(of("us-east-1"), request(vpc.type, "a"), inputs);
  await simulator.create(of("eu-west-1"), request(vpc.type, "b"), inputs);
  await assert.rejects(simulator.create(of("eu-west-1"), request(vpc.type, "c"), inputs), /AlreadyExists/);
  await simulator.remove(of("us-east-1"), { ...request(vpc.type, "b"), id: "name" });
  assert.deepEqual(
    store.all().map(({ region }) => region),
    ["us-east-1"],
  );
});

test("a resource in use is not deleted, by id or by any other reference", async () => {
  const { simulator, store } = simulate();
  const { id, state } = await createVpc(simulator);
  for (const reference of [id, state.arn]) {
    const user = store.insert({
      package: "aws",
      type: subnet.type,
      id: "subnet-1",
      account: "",
      region: "us-east-1",
      urn: "",
      inputs: { vpcId: reference },
      state: {},
    });
    await assert.rejects(
      simulator.remove(caller, { ...request(vpc.type, "v"), id }),
      /DependencyViolation: .*subnet-1/,
    );
    store.remove(user);
  }
  await simulator.remove(caller, { ...request(vpc.type, "v"), id });
  assert.deepEqual(store.all(), []);
});

test("an update keeps what the API added and drops what the program took away", async () => {
  const { simulator } = simulate();
  const { id } = await simulator.create(caller, request(vpc.type, "v"), { cidrBlock: "10.0.0.0/16", tags: { a: "1" } });
  const { state } = await simulator.update(
    caller,
    { ...request(vpc.type, "v"), id },
    { cidrBlock: "10.0.0.0/16", enableDnsSupport: true },
  );
  assert.equal(state.defaultSecurityGroupId, "sg");
  assert.equal(state.enableDnsSupport, true);
  assert.equal(state.tags, undefined);
});

test("throttling is sat out like the provider does, until it gives up", async () => {
  const { simulator, faults, store } = simulate();
  faults.add(faultSchema.parse({ kind: "throttle", times: 4 }));
  await createVpc(simulator);
  faults.add(faultSchema.parse({ kind: "unavailable", times: 5, type: "aws:ec2/*" }));
  await assert.rejects(
    createVpc(simulator, "w"),
    /ServiceUnavailable: The service is unavailable \(503\) after 5 attempts/,
  );
  assert.equal(store.all().length, 1);
  await createVpc(simulator, "w");
});

test("a failure half-way reports the failure and keeps the resource", async () => {
  const { simulator, faults, store } = simulate();
  faults.add(faultSchema.parse({ kind: "partial", skip: 1 }));
  assert.equal((await createVpc(simulator)).failure, undefined);
  const half = await createVpc(simulator, "w");
  assert.ok(half.failure);
  assert.deepEqual(
    store
      .all()
      .map(({ id }) => id)
      .includes(half.id),
    true,
  );
});

test("a refresh sees what changed and what is gone", async () => {
  const { simulator, store } = simulate();
  const { id } = await createVpc(simulator);
  const [stored] = store.withId("aws", vpc.type, id);
  assert.ok(stored);
  store.change(
    stored,
    { ...stored.inputs, tags: { a: "out of band" } },
    { ...stored.state, tags: { a: "out of band" } },
  );
  const read = await simulator.read(caller, { ...request(vpc.type, "v"), id });
  assert.deepEqual(read?.inputs.tags, { a: "out of band" });
  store.remove(stored);
  assert.equal(await simulator.read(caller, { ...request(vpc.type, "v"), id }), undefined);
});

test("a diff names each changed path once and knows which one needs a new resource", () => {
  const changes = diffInputs(
    { name: "a", rules: [{ port: 1 }, { port: 2 }], tags: { "a.b": "x", gone: "y" } },
    { name: "a", rules: [{ port: 1 }, { port: 3 }, { port: 4 }], tags: { "a.b": "z" } },
    ["rules.port"],
  );
  assert.deepEqual(changes, [
    { path: "rules[1].port", kind: "update", replace: true },
    { path: "rules[2]", kind: "add", replace: false },
    { path: 'tags["a.b"]', kind: "update", replace: false },
    { path: "tags.gone", kind: "delete", replace: false },
  ]);
});

const subnetInputs = (vpcId: string) => ({ vpcId, cidrBlock: "10.0.1.0/24" });

function expectOutputsMissing(error: unknown): void {
  assert.ok(error instanceof ProviderError && /leaves out/.test(error.message), String(error));
}
