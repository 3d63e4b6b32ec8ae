import { refuse } from "../../service.ts";

/** How Azure names machine sizes: family, vCPUs, what is added, version. */
const SIZE =
  /^Standard_(A|B|D|DC|DS|E|EC|F|FX|G|GS|H|HB|HC|HX|L|M|NC|ND|NG|NP|NV)(\d+)(-\d+)?[a-z]*(_[A-Z0-9]+)*(_v\d+)?$/;

/** GiB of memory for each vCPU, by the family's first letter; the burstable sizes are listed apart. */
const MEMORY_PER_CPU: Record<string, number> = { A: 2, D: 4, E: 8, F: 2, L: 8, M: 16 };
const SMALL: Record<string, number> = {
  Standard_B1s: 1,
  Standard_B1ms: 2,
  Standard_B2s: 4,
  Standard_B2ts_v2: 1,
  Standard_B2ls_v2: 4,
  Standard_A1_v2: 2,
};

export interface MachineSize {
  cpus: number;
  memoryGiB: number;
}

/** What a size has, or undefined where Azure has none of that name. */
export function machineSize(name: string): MachineSize | undefined {
  const match = SIZE.exec(name);
  if (match === null) return undefined;
  const cpus = Number(match[2]);
  return { cpus, memoryGiB: SMALL[name] ?? cpus * (MEMORY_PER_CPU[match[1]?.[0] ?? ""] ?? 4) };
}

export function checkMachineSize(name: string, location: string): MachineSize {
  return (
    machineSize(name) ??
    refuse(
      "SkuNotAvailable",
      `The VM size of ${name} is not allowed in your subscription in location '${location}'. The requested VM size is not available. For more details, please visit https://aka.ms/cpu-quota`,
    )
  );
}
