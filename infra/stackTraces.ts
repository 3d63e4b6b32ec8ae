/**
 * Imported first by the program: takes away what stack traces cost, and keeps them where they say something.
 *
 * The SDK takes a formatted stack trace for every promise that it starts, hundreds for a resource, and prints them only
 * when it hunts for leaked promises. In the meantime `source-map-support`, which the SDK installs, looks up each frame
 * in the source maps of the provider packages. Together that was more than half of a preview's processor time. So the
 * traces of promises are left out, and all others, such as those of errors, are formatted by Node itself: type stripping
 * keeps lines and columns, so the program's own frames need no source map.
 */
import sdkDebuggable from "@pulumi/pulumi/runtime/debuggable.js";

type Track = <T>(promise: Promise<T>, context: string) => Promise<T>;

// The SDK declares no types for this module; a version of it without this function simply keeps its cost.
const debuggable: { debuggablePromise?: Track; debugPromiseLeaks?: boolean } = sdkDebuggable;
const track = debuggable.debuggablePromise;

if (track && !debuggable.debugPromiseLeaks) {
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return track(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

// `undefined` means Node's own formatting.
Object.assign(Error, { prepareStackTrace: undefined });
