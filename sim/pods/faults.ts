import type { Faults } from "../../workload/role.ts";
import { parseImage } from "./images.ts";
import type { Pod } from "./objects.ts";

/** Which pods something is meant for. Every key given must match; none given means every pod. */
export interface PodSelector {
  namespace?: string;
  /** Name of the pod. */
  pod?: string;
  /** Label `app.kubernetes.io/name`. */
  service?: string;
  /** Image digest of one of its containers, `sha256:…`. */
  digest?: string;
}

export function selects(selector: PodSelector, pod: Pod): boolean {
  const { namespace, name, labels } = pod.metadata;
  return (
    (selector.namespace === undefined || selector.namespace === namespace) &&
    (selector.pod === undefined || selector.pod === name) &&
    (selector.service === undefined || selector.service === labels?.["app.kubernetes.io/name"]) &&
    (selector.digest === undefined ||
      pod.spec.containers.some(({ image }) => parseImage(image).digest === selector.digest))
  );
}

/** Faults that are wanted at the moment. They hold for pods that come later too: a faulty version is so in every pod. */
export class FaultRules {
  #rules: { selector: PodSelector; faults: Faults }[] = [];

  /** Replaces what was wanted for exactly this selector; empty faults take it back. */
  set(selector: PodSelector, faults: Faults): void {
    const key = keyOf(selector);
    this.#rules = this.#rules.filter((rule) => keyOf(rule.selector) !== key);
    if (Object.keys(faults).length > 0) this.#rules.push({ selector, faults });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Later rules win over earlier ones. */
  of(pod: Pod): Faults {
    return Object.assign(
      {},
      ...this.#rules.filter(({ selector }) => selects(selector, pod)).map(({ faults }) => faults),
    );
  }
}

const keyOf = ({ namespace, pod, service, digest }: PodSelector): string =>
  JSON.stringify([namespace, pod, service, digest]);
