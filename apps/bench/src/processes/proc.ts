import { readdirSync, readFileSync } from "node:fs";

/** What a process and all that it started use, as Linux tells in /proc. */
export interface Usage {
  cpuMs: number;
  residentBytes: number;
}

export function readUsage(pid: number): Usage {
  const usages = withDescendants(pid).map((one) => ({
    cpuMs: readCpuMs(one),
    residentBytes: readResident(one),
  }));
  return {
    cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    residentBytes: usages.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  };
}

function withDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    // "1234 (a name) S 1 ...": the name may have spaces and parentheses.
    const parent = Number(
      read(`/proc/${name}/stat`)
        .replace(/^.*\) \S /s, "")
        .split(" ")[0],
    );
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}

/**
 * What a process alone has used, all of its threads together. The kernel counts nanoseconds: the ticks of
 * /proc/<pid>/stat would be too coarse for an idle process.
 */
export function readCpuMs(pid: number): number {
  const threads = list(`/proc/${pid}/task`);
  const times = threads.map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]));
  return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}

/** Of one process, without what it started. */
export function readResident(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

export function countDescriptors(pid: number): number {
  return list(`/proc/${pid}/fd`).length;
}

/** Empty where the process or thread has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
