import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planDns, privateZoneName } from "../../infra/plan/dns.ts";
import { regions } from "./arbitraries.ts";

const zone = fc.constantFrom("novacron.example", "staging.novacron.example");
const names = regions(1, 8).map((list) => list.map(({ name }) => name));

test("every region has a name and a health check of its own, so an unhealthy one is not kept up by another", () => {
  fc.assert(
    fc.property(zone, names, (of, list) => {
      const plan = planDns(of, list);
      assert.equal(plan.globalName, `dwcp.${of}`);
      assert.deepEqual(
        plan.entries.map(({ region }) => region),
        list,
      );
      for (const { region, name, healthCheck } of plan.entries) {
        assert.equal(name, `dwcp.${region}.${of}`);
        assert.deepEqual(healthCheck, { fqdn: name, port: 443, path: "/health" });
      }
      const all = [
        plan.globalName,
        ...plan.entries.map(({ name }) => name),
        ...list.map((region) => privateZoneName(region, of)),
      ];
      assert.equal(new Set(all).size, all.length);
      for (const name of all) assert.ok(name.endsWith(`.${of}`) && name.length <= 253);
    }),
  );
});

test("adding a region changes no other region's names", () => {
  fc.assert(
    fc.property(zone, names, (of, list) => {
      assert.deepEqual(planDns(of, [...list, "gcp-new1"]).entries.slice(0, -1), planDns(of, list).entries);
    }),
  );
});
