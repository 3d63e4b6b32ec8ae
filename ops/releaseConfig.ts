import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseStackConfig } from "../infra/config/parse.ts";
import { report } from "../infra/config/problems.ts";
import type { StackConfig } from "../infra/config/schema.ts";
import { planRelease, planWaves, type ReleaseCeiling, type ServiceName, type Stage } from "../infra/plan/release.ts";
import type { Service } from "./delivery/services.ts";
import { OperatorError } from "./operatorError.ts";
import { type Project, stackFile } from "./project.ts";
import { parsedStackConfig, readStackConfig } from "./stackConfig.ts";
import { setInYaml, type Value } from "./stackFileEdit.ts";

type ReleaseConfig = StackConfig["release"];

/** What a stack's config says of one service's release. */
export interface ReleaseState {
  /** `repository@sha256:…` */
  image: string;
  release: ReleaseConfig;
  /** The regions of each wave, in order. */
  waves: readonly (readonly string[])[];
  /** How far the service may go in each region. */
  ceilings: Readonly<Record<string, ReleaseCeiling>>;
}

/** Values to set in the stack file, by what they are. */
export interface ReleaseChange {
  image?: string;
  stage?: Stage;
  wave?: number;
  /** The digest that stage and wave are granted to. */
  digest?: string;
  denied?: readonly string[];
}

/** @throws with all that is wrong with the config */
export const readRelease = (project: Project, stack: string, service: Service): ReleaseState =>
  releaseOf(readStackConfig(project, stack), service);

/**
 * The config with the change, as the program would read it, and a function that writes it to the checkout's stack file. A
 * change that makes the config wrong is refused before anything is touched.
 */
export function changeRelease(
  project: Project,
  stack: string,
  service: Service,
  change: ReleaseChange,
): { after: ReleaseState; write: () => void } {
  const file = stackFile(project, stack);
  const text = valuesOf(service, change).reduce(
    (edited, [path, value]) => setInYaml(edited, ["config", ...path], value),
    readFileSync(file, "utf8"),
  );
  const parsed = parseStackConfig(parsedStackConfig(text, file), stack);
  if (parsed.problems !== undefined) throw new OperatorError(report(parsed.problems, stack));
  return { after: releaseOf(parsed.config, service), write: () => replace(file, text) };
}

function valuesOf(service: Service, { image, stage, wave, digest, denied }: ReleaseChange): [string[], Value][] {
  const release = (key: string) => [...service.release, key];
  return [
    ...(image === undefined ? [] : [[[...service.image], image] as [string[], Value]]),
    ...(stage === undefined ? [] : [[release("stage"), stage === "done" ? stage : Number(stage)] as [string[], Value]]),
    ...(wave === undefined ? [] : [[release("wave"), wave] as [string[], Value]]),
    ...(digest === undefined ? [] : [[release("digest"), digest] as [string[], Value]]),
    ...(denied === undefined ? [] : [[release("denied"), denied] as [string[], Value]]),
  ];
}

function releaseOf(config: StackConfig, service: Service): ReleaseState {
  const [image, release] =
    service.name === "pba" ? [config.images.pba, config.pba.release] : [config.images.dwcpV3, config.release];
  const plan = planRelease(config);
  const names = config.regions.map(({ name }) => name);
  return {
    image,
    release,
    waves: planWaves(release, names),
    ceilings: Object.fromEntries(
      Object.entries(plan).map(([region, ceilings]) => [region, ceilings[service.name as ServiceName]]),
    ),
  };
}

/** Sets the kill switch in the stack file. */
export function writeFeature(project: Project, stack: string, feature: "dwcpV3", on: boolean): void {
  const file = stackFile(project, stack);
  replace(file, setInYaml(readFileSync(file, "utf8"), ["config", "novacron:features", feature], on));
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}
