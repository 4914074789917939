import { readFileSync } from "node:fs";

/** A process as no later one can be: ids are used again, together with the start time they are not. */
export function identifyProcess(pid: number): string {
  return `${pid}@${readStat(pid)?.startTime ?? "unknown"}`;
}

/** Whether the process that `identifyProcess` named is still running. */
export function isRunning(identity: string): boolean {
  const pid = Number(identity.split("@")[0]);
  if (!isAlive(pid)) return false;
  const stat = readStat(pid);
  // Without /proc (macOS) the id alone has to do.
  return stat === undefined || (stat.state !== "Z" && identity === identifyProcess(pid));
}

/** Whether a process has the id. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readStat(pid: number): { state: string; startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name is in brackets, and may have blanks and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, startTime: fields[19]! };
  } catch {
    return undefined;
  }
}
