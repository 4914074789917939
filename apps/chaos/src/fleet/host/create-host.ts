import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findWorkerFolders } from "../find-keepers.ts";
import { createDescriptorStarver } from "./descriptors.ts";
import { type Lack, lacks } from "./lack.ts";
import { createSpaceStarver, inOwnMounts, whyNoMounts } from "./mounts.ts";
import { makePidsCgroup } from "./pids-cgroup.ts";
import { type Starver, unable } from "./starve.ts";

/** What belongs to one worker alone, as on a host of its own, and can run out. */
export interface Host {
  /** A bash that vanishes when the program does. */
  shell: string;
  /** The command line that starts a program on it, in the same process. */
  launch(command: readonly string[]): string[];
  starver(lack: Lack): Starver;
  /** Removes what the kernel has of it. False: something still runs on it. */
  remove(): boolean;
}

interface HostOptions {
  /** No other host has it. */
  name: string;
  /** For what belongs to it. */
  folder: string;
  /** TMPDIR of its processes. */
  temp: string;
  path: string;
}

export function createHost({ name, folder, temp, path }: HostOptions): Host {
  mkdirSync(folder, { recursive: true });
  const shell = join(folder, "bash");
  symlinkSync(findProgram("bash", path), shell);
  const cgroup = makePidsCgroup(name);
  const foldersOf = (pid: number) => findWorkerFolders(pid, join(temp, "state"));
  const starvers: Record<Lack, Starver> = {
    pids:
      typeof cgroup === "string"
        ? unable(cgroup)
        : {
            ...{ impossible: null, endsWithStop: false },
            starve() {
              cgroup.exhaust();
              return cgroup.relieve;
            },
          },
    descriptors: createDescriptorStarver(),
    "prompt-space": createSpaceStarver({
      folderOf: (pid) => foldersOf(pid)?.prompts ?? null,
      size: "size=4k",
      isFilled: true,
    }),
    // A pipe takes no space but its entry.
    "pipe-space": createSpaceStarver({
      folderOf: (pid) => foldersOf(pid)?.pipes ?? null,
      size: "nr_inodes=1",
      isFilled: false,
    }),
    folders: {
      ...{ impossible: null, endsWithStop: false },
      starve(pid) {
        const found = foldersOf(pid);
        if (!found) throw new Error("it has no folders yet");
        for (const each of [found.own, found.pipes]) rmSync(each, { recursive: true, force: true });
        // Whoever needs them makes them again.
        return () => {};
      },
    },
    program: {
      ...{ impossible: null, endsWithStop: false },
      starve() {
        renameSync(shell, `${shell}.gone`);
        return () => renameSync(`${shell}.gone`, shell);
      },
    },
  };
  const enter = typeof cgroup === "string" ? [] : ["sh", "-c", 'echo 0 >"$0" && exec "$@"', cgroup.procs];
  const mounts = whyNoMounts() === null ? inOwnMounts : [];
  return {
    shell,
    launch: (command) => [...mounts, ...enter, ...command],
    starver: (lack) => starvers[lack],
    remove: () => typeof cgroup === "string" || cgroup.remove(),
  };
}

/** What this machine cannot be made to lack, with the reasons. */
export function findImpossible(host: Host): Map<Lack, string> {
  return new Map(
    lacks.flatMap((lack) => {
      const { impossible } = host.starver(lack);
      return impossible === null ? [] : [[lack, impossible] as const];
    }),
  );
}

function findProgram(name: string, path: string): string {
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (found === undefined) throw new Error(`${name} is in none of the folders of PATH`);
  return found;
}
