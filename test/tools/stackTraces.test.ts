import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import sdkDebuggable from "@pulumi/pulumi/runtime/debuggable.js";

// As the SDK's entry point for programs does before it loads one.
createRequire(import.meta.resolve("@pulumi/pulumi/package.json"))("source-map-support/register");

test("a preview does not pay for stack traces that nobody reads, and errors keep theirs", async () => {
  const debuggable: { debuggablePromise?: (promise: Promise<unknown>, context: string) => Promise<unknown> } =
    sdkDebuggable;
  const traceOf = (promise: object) => String(Reflect.get(promise, "_debugStackTrace"));
  const track = () => {
    const promise = Promise.resolve();
    debuggable.debuggablePromise?.(promise, "test");
    return traceOf(promise);
  };
  assert.match(track(), /stackTraces\.test\.ts/, "the SDK still takes a stack trace for every promise");
  assert.equal(typeof Error.prepareStackTrace, "function", "the SDK still has Error rewritten");

  await import("../../infra/stackTraces.ts");
  assert.doesNotMatch(track(), /\n/);
  assert.equal(Error.prepareStackTrace, undefined);
  assert.match(String(new Error("kept").stack), /stackTraces\.test\.ts:\d+:\d+/);
});
