import { readdirSync, readFileSync } from "node:fs";

/** The processes that are to end a worker's commands should it be killed: children of it that run the guard. */
export function findGuards(workerPid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // Behind the command's name, which stands in parentheses and may hold anything: state, parent.
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return parent === workerPid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/guard/");
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
}
