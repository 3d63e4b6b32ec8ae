import { ofOpenRoutes, ROUTE_NEEDS, ROUTE_TYPES } from "../../edge/routes.ts";
import { rfc } from "../../sources/standards.ts";
import { stackRule } from "../../stackRule.ts";
import { numberOf, recordOf } from "../../values.ts";

/** A year, the least that browsers' preload lists take. */
const LEAST = 31_536_000;

export default stackRule({
  id: "TLS-010",
  title: "Every open route tells clients to come by TLS only, for a year",
  severity: "medium",
  why: "A client's first request goes wherever a link says, over plain HTTP if it says so; the header spares every later one.",
  sources: [rfc(6797, "HTTP Strict Transport Security")],
  fix: "Put a headers middleware with stsSeconds of 31536000 or more on the route.",
  applies: ROUTE_TYPES,
  needs: [...ROUTE_NEEDS, "spec.headers.stsSeconds"],
  check: (resources) =>
    ofOpenRoutes(resources, ({ middlewares }) =>
      middlewares.some((each) => (numberOf(recordOf(each?.spec.headers).stsSeconds) ?? 0) >= LEAST)
        ? []
        : [`passes no headers middleware with stsSeconds of ${LEAST} or more`],
    ),
});
