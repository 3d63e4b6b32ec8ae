/** GiB of memory for each vCPU, by what a family's name begins with. */
const MEMORY_PER_CPU: [family: RegExp, gibibytes: number][] = [
  [/^c/, 2],
  [/^(r|z|x)/, 8],
  [/^(i|d|im|is)/, 8],
  [/^(m|a|g|p|inf|trn|hpc)/, 4],
];

/** Memory of the burstable sizes, which all have two vCPUs below `xlarge`. */
const BURSTABLE: Record<string, number> = { nano: 0.5, micro: 1, small: 2, medium: 4, large: 8 };

/** vCPUs of a whole machine where the size does not say: those of the 24 times extra large. */
const METAL_CPUS = 96;

/** What an instance of a type offers. An approximation by the rules that AWS names its types by; the scheduler sees it. */
export function machineShape(instanceType: string): { cpus: number; memoryGiB: number } {
  const [family = "", size = ""] = instanceType.split(".");
  const burstable = BURSTABLE[size];
  if (/^t\d/.test(family) && burstable !== undefined) return { cpus: 2, memoryGiB: burstable };
  const cpus = cpusOf(size);
  const perCpu = MEMORY_PER_CPU.find(([pattern]) => pattern.test(family))?.[1] ?? 4;
  return { cpus, memoryGiB: cpus * perCpu };
}

/** A `large` has two vCPUs, an `xlarge` four, an `Nxlarge` N times as many. */
function cpusOf(size: string): number {
  const [, factor, metal] = /^(?:(\d*)xlarge|metal-(\d+)xl)$/.exec(size) ?? [];
  if (metal !== undefined) return Number(metal) * 4;
  if (factor !== undefined) return (factor === "" ? 1 : Number(factor)) * 4;
  return { medium: 1, large: 2, metal: METAL_CPUS }[size] ?? 2;
}
