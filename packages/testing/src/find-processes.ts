import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
  pid: number;
  command: string;
}

/**
 * The running processes that have the text in their command line or environment, this one not among them.
 * A text that only one test uses finds what that test left behind.
 */
export function findProcesses(marker: string): FoundProcess[] {
  if (marker === "") throw new Error("an empty marker would find every process");
  const processes = existsSync("/proc/self/environ") ? readProc() : readPs();
  return processes
    .filter(({ pid, text }) => pid !== process.pid && text.includes(marker))
    .map(({ pid, command }) => ({ pid, command }));
}

function readProc() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // Both are empty for a zombie, which has ended.
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const text = `${command}\0${readFileSync(`/proc/${name}/environ`, "utf8")}`;
        return [{ pid: Number(name), command, text }];
      } catch {
        // It ended meanwhile, or is another user's.
        return [];
      }
    });
}

function readPs() {
  const lines = execFileSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, text] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid && text ? [{ pid: Number(pid), command: text.slice(0, 200), text }] : [];
  });
}
