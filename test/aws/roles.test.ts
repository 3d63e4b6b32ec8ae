import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "./mockedRegion.ts";

const { of } = await build();
const statementsOf = (policy: unknown) =>
  (JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] }).Statement;

test("no role may do everything", () => {
  for (const { name, inputs } of of("RolePolicy")) {
    for (const { Action: action } of statementsOf(inputs.policy)) {
      for (const one of [action].flat() as string[]) assert.ok(!one.endsWith("*"), `${name}: ${one}`);
    }
  }
});

test("a role that changes something does so on named resources", () => {
  for (const { name, inputs } of of("RolePolicy")) {
    for (const { Action: action, Resource: resource } of statementsOf(inputs.policy)) {
      if (![resource].flat().includes("*")) continue;
      for (const one of [action].flat() as string[]) assert.match(one, /:(Describe|List)/, `${name}: ${one}`);
    }
  }
});
