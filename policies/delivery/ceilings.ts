import { clustersOf, type KubernetesObject } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import type { Properties } from "../rule.ts";
import type { StackResource } from "../stackRule.ts";
import { recordOf, textOf } from "../values.ts";
import { CEILING_STAGES, LAST_STAGE, STAGES } from "./canary.ts";

/** How a release ceiling is called after its service. */
const SUFFIX = "-release";

/** Under which a release ceiling says in which wave its region is released, from 1. */
export const WAVE_ANNOTATION = "novacron.io/wave";

/** Whether a ConfigMap is a service's release ceiling: how far one digest may go in its region. */
export function isCeiling({ metadata, data }: Properties): boolean {
  const { digest, stage } = recordOf(data);
  return (textOf(recordOf(metadata).name) ?? "").endsWith(SUFFIX) && (digest !== undefined || stage !== undefined);
}

/** Name of the ceiling of a service. */
export const ceilingName = (service: string): string => `${service}${SUFFIX}`;

/** How far one digest of a service may go in one region. */
export interface Ceiling {
  urn: string;
  digest: unknown;
  /** One of `CEILING_STAGES`, unless the ceiling is at fault. */
  stage: string | undefined;
  /** Of its region; undefined where the ceiling names none. */
  wave: number | undefined;
  /** The Rollout that it is for, in its own cluster. */
  rollout: KubernetesObject | undefined;
}

/** The release ceilings of all clusters, those of one service together. */
export function ceilingsByService(resources: readonly StackResource[]): Ceiling[][] {
  const found = clustersOf(resources).flatMap((cluster) =>
    cluster
      .of(KUBERNETES.configMap)
      .filter(({ props }) => isCeiling(props))
      .map(({ urn, namespace, objectName, metadata, props }) => {
        const service = objectName.slice(0, -SUFFIX.length);
        const { digest, stage } = recordOf(props.data);
        const ceiling: Ceiling = {
          urn,
          digest,
          stage: textOf(stage),
          wave: waveIn(metadata),
          rollout: cluster.find(KUBERNETES.rollout, namespace, service),
        };
        return { service: `${namespace}/${service}`, ceiling };
      }),
  );
  return [...Map.groupBy(found, ({ service }) => service).values()].map((entries) =>
    entries.map(({ ceiling }) => ceiling),
  );
}

function waveIn(metadata: KubernetesObject["metadata"]): number | undefined {
  const wave = textOf(recordOf(metadata.annotations)[WAVE_ANNOTATION]);
  return /^[1-9]\d*$/.test(wave ?? "") ? Number(wave) : undefined;
}

/** Whether a ceiling lets nothing run. */
export const isWaiting = ({ stage }: Ceiling): boolean => stage === CEILING_STAGES[0];

/** Whether a ceiling lets a share of the requests through, and more only once it is raised. */
export const isUnderWay = ({ stage }: Ceiling): boolean => STAGES.map(String).includes(stage ?? "");

/** Whether a ceiling lets everything run, for good. */
export const isDone = ({ stage }: Ceiling): boolean => stage === LAST_STAGE;

/** Whether a ceiling is in an earlier wave than another. */
export const isBefore = (one: Ceiling, other: Ceiling): boolean =>
  one.wave !== undefined && other.wave !== undefined && one.wave < other.wave;
