/** Machine types that share their vCPUs. */
const SHARED: Record<string, { cpus: number; memoryGiB: number }> = {
  "e2-micro": { cpus: 2, memoryGiB: 1 },
  "e2-small": { cpus: 2, memoryGiB: 2 },
  "e2-medium": { cpus: 2, memoryGiB: 4 },
};

/** GiB of memory for each vCPU. */
const MEMORY_PER_CPU: Record<string, number> = { standard: 4, highmem: 8, highcpu: 1 };

/** What a machine of a type offers. An approximation by the rules that Google names its types by; the scheduler sees it. */
export function machineShape(machineType: string): { cpus: number; memoryGiB: number } {
  const shared = SHARED[machineType];
  if (shared !== undefined) return shared;
  const [, cpus, mebibytes] = /custom-(\d+)-(\d+)/.exec(machineType) ?? [];
  if (cpus !== undefined) return { cpus: Number(cpus), memoryGiB: Number(mebibytes) / 1024 };
  const [, kind = "", count = "2"] = /-(standard|highmem|highcpu)-(\d+)/.exec(machineType) ?? [];
  return { cpus: Number(count), memoryGiB: Number(count) * (MEMORY_PER_CPU[kind] ?? 4) };
}
