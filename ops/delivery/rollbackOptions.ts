import type { Service } from "./services.ts";

/** Who takes what back, when and why. */
export interface RollbackOptions {
  service: Service;
  /** When the operator decided: the start of the command. */
  decided: number;
  who: string;
  reason: string;
  /** Whether the whole stack goes back, so that the config will name the good digest again. */
  whole: boolean;
  /** Told as soon as it is so, in each region. */
  tell?: (region: string, news: string) => void;
}
