import { SWITCH_BUDGET } from "../../delivery/canary.ts";
import { switchTime } from "../../delivery/switching.ts";
import { chartOf } from "../../kubernetes/charts.ts";
import { clustersOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { decision } from "../../sources/ours.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "DEL-030",
  title: "From the decision to the last request of a canary it takes five seconds at most",
  severity: "critical",
  why: "NovaCron promises a rollback in less than 5 s. What is declared decides that: how fast the controller may write, and how long the gateway gathers changes.",
  sources: [novacron.rollback, decision("0017-aborted-leaves", "what a switch took in trials")],
  fix: "Lower the gateway's throttle, or raise --qps of the release controller.",
  applies: [KUBERNETES.rollout, KUBERNETES.helmRelease],
  needs: ["chart", "values.additionalArguments", "values.controller.extraArgs"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) => {
      const [rollout] = cluster.of(KUBERNETES.rollout);
      if (rollout === undefined) return [];
      const release = (chart: string) =>
        cluster.of(KUBERNETES.helmRelease).find(({ props }) => chartOf(props) === chart);
      const [controller, gateway] = [release("argo-rollouts"), release("traefik")];
      if (controller === undefined || gateway === undefined)
        return [{ urn: rollout.urn, text: `its cluster has no ${controller ? "gateway" : "release controller"}` }];
      const time = switchTime(cluster, controller.props, gateway.props);
      if (time === undefined) return [{ urn: gateway.urn, text: "how long a switch takes cannot be computed" }];
      return time.seconds <= SWITCH_BUDGET
        ? []
        : [{ urn: gateway.urn, text: `a switch takes ${time.arithmetic}, must be at most ${SWITCH_BUDGET} s` }];
    }),
});
