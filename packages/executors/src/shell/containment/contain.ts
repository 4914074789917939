import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { RunningTable } from "../guard/running-table.ts";
import { createSlots } from "../slots.ts";
import { type Cgroup, openCgroup } from "./cgroup.ts";
import type { Containment } from "./detect-containment.ts";
import { enterNursery } from "./nursery.ts";
import { readStat } from "./proc.ts";
import { sendSignal } from "./process-group.ts";
import { createGroupOnlyTree, createProcessTree, type Leader, type ProcessTree } from "./process-tree.ts";

export interface ContainedTree {
  tree: ProcessTree;
  /** To be called when nothing of it lives any more, or what does has been given up. */
  release(): void;
}

/** A slot that waits for its command: a line of the table, and a cgroup where there are any. */
export interface ReservedPlace {
  /** Takes in the command, which has just been spawned. */
  contain(pid: number): ContainedTree;
  /** To be called where no command came. */
  cancel(): void;
}

/** Takes in commands as they are spawned, each in a slot. */
export interface Container {
  /** Before the spawn, as it needs descriptors and space. Throws what the system does where there are none. */
  reserve(mark: string): ReservedPlace;
  /** Whether any command has not been released. */
  isInUse(): boolean;
  /** Takes the worker out of the cgroup that it is in with its commands. None can be contained from then on. */
  leave(): void;
  /** Waits for commands that have not been released, for a moment, and removes what was made for them. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 1_000;

interface ContainerOptions {
  containment: Containment;
  running: RunningTable;
}

/** Where there are cgroups it moves the worker into one; close() brings it back. */
export function createContainer({ containment, running }: ContainerOptions): Container {
  const slots = createSlots();
  const cgroups = new Map<number, Cgroup>();
  const leaders = new Set<number>();
  const nursery = containment.cgroup === null ? null : enterNursery(containment.cgroup);
  let cgroupsMade = 0;
  return { reserve, isInUse: () => leaders.size > 0, leave: () => nursery?.leave(), close };

  function reserve(mark: string): ReservedPlace {
    const slot = slots.take();
    try {
      const cgroup = containment.cgroup === null ? null : cgroupOf(slot, containment.cgroup.path);
      running.reserve(slot);
      return {
        contain: (pid) => contain(pid, { mark, slot, cgroup }),
        cancel: () => slots.give(slot),
      };
    } catch (error) {
      dropCgroup(slot);
      slots.give(slot);
      throw error;
    }
  }

  function contain(
    pid: number,
    { mark, slot, cgroup }: { mark: string; slot: number; cgroup: Cgroup | null },
  ): ContainedTree {
    try {
      if (cgroup) nursery?.move(pid, cgroup);
      const leader: Leader = {
        pid,
        startTime: containment.level === "group" ? null : (readStat(pid)?.startTime ?? null),
        spawnedAtMs: performance.now(),
      };
      running.set(slot, leader);
      leaders.add(pid);
      const tree =
        containment.level === "group"
          ? createGroupOnlyTree({ leader })
          : createProcessTree({
              leader,
              mark: Buffer.from(mark),
              slot: cgroup,
              leaders,
            });
      return { tree, release: () => release(slot, pid) };
    } catch (error) {
      // It must not run on unseen.
      sendSignal(-pid, "SIGKILL");
      // Nor must the next one meet a cgroup that somebody has removed.
      dropCgroup(slot);
      slots.give(slot);
      throw error;
    }
  }

  function cgroupOf(slot: number, parent: string): Cgroup {
    const known = cgroups.get(slot);
    if (known) return known;
    const cgroup = openCgroup(join(parent, String(++cgroupsMade)));
    cgroups.set(slot, cgroup);
    return cgroup;
  }

  function release(slot: number, pid: number): void {
    leaders.delete(pid);
    running.clear(slot);
    // Survivors keep theirs: the next command in this slot must not be taken for one of them.
    if (cgroups.get(slot)?.isEmpty() === false) dropCgroup(slot);
    slots.give(slot);
  }

  function dropCgroup(slot: number): void {
    cgroups.get(slot)?.close();
    cgroups.delete(slot);
  }

  async function close(): Promise<void> {
    const deadline = performance.now() + CLOSE_TIMEOUT_MS;
    while (leaders.size > 0 && performance.now() < deadline) await setTimeout(5);
    for (const cgroup of cgroups.values()) cgroup.close();
    cgroups.clear();
  }
}
