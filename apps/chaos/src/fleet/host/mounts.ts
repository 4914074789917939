import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type Starver, unable } from "./starve.ts";

/** Puts a program into a mount namespace of its own: what is mounted there nobody else sees. */
export const inOwnMounts = ["unshare", "--mount", "--propagation", "private"];

/** Whether this process may do so, which does not change. Null: it may; otherwise why not. */
export function whyNoMounts(): string | null {
  if (answer === undefined) answer = tryMount();
  return answer;
}
let answer: string | null | undefined;

function tryMount(): string | null {
  const mount = "mount -t tmpfs none /tmp && umount /tmp";
  const [file = "", ...args] = [...inOwnMounts, "sh", "-c", mount];
  const { status, error, stderr } = spawnSync(file, args);
  if (status === 0) return null;
  return `nothing can be mounted here: ${error?.message ?? String(stderr).trim()}`;
}

interface FullFolder {
  /** Of the process; null: it has none yet. */
  folderOf: (pid: number) => string | null;
  /** Options of the tmpfs. */
  size: string;
  /** Whether a file takes all of its space. */
  isFilled: boolean;
}

/** A full file system lies over a folder of the process, where it alone meets it. */
export function createSpaceStarver({ folderOf, size, isFilled }: FullFolder): Starver {
  const impossible = whyNoMounts();
  if (impossible !== null) return unable(impossible);
  return {
    // A folder on which something is mounted cannot be removed.
    ...{ impossible, endsWithStop: true },
    starve(pid) {
      const folder = folderOf(pid);
      if (folder === null) throw new Error("it has no folder yet");
      enter(pid, ["mount", "-t", "tmpfs", "-o", `${size},mode=700`, "none", folder]);
      if (isFilled) fill(pid, folder);
      return () => enter(pid, ["umount", "--lazy", folder]);
    },
  };
}

function enter(pid: number, command: string[]): void {
  const { status, stderr } = spawnSync("nsenter", ["--target", String(pid), "--mount", "--", ...command]);
  if (status !== 0) throw new Error(`${command.join(" ")}: ${String(stderr).trim()}`);
}

function fill(pid: number, folder: string): void {
  try {
    writeFileSync(`/proc/${pid}/root${folder}/full`, Buffer.alloc(1024 * 1024));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
