import type { Exit } from "@host-runner/contracts";
import { readStat } from "../containment/proc.ts";
import {
  createGroupOnlyTree,
  createProcessTree,
  type Leader,
  type ProcessTree,
} from "../containment/process-tree.ts";
import { sweep } from "../containment/sweep.ts";
import { KILL_TIMEOUT_MS, stopTree } from "../stop/stop-tree.ts";
import { explainRefusal } from "./describe-spawn-failure.ts";
import type { Command, CommandEnd, LaunchedCommand, Launcher, LaunchOptions } from "./launcher.ts";
import { spawnCommand } from "./spawn-command.ts";

interface LaunchBySpawnOptions {
  /** "marks": by process group and environment; "group": by process group alone. */
  level: "marks" | "group";
  signals: readonly NodeJS.Signals[];
  gracePeriodMs: number;
  /** What the environment of all of this worker's commands holds. */
  workerMark: string;
}

/** Starts commands as children of the worker itself, where there are no keepers. */
export function launchBySpawn({ level, signals, gracePeriodMs, workerMark }: LaunchBySpawnOptions): Launcher {
  const leaders = new Set<number>();
  const running = new Set<LaunchedCommand>();
  return { launch, close };

  function launch(command: Command, options: LaunchOptions): LaunchedCommand {
    let requestStop = () => {};
    const stopRequested = new Promise<void>((resolve) => {
      requestStop = resolve;
    });
    const ended = follow(command, options, stopRequested).finally(() => running.delete(launched));
    const launched = { ended, stop: () => requestStop() };
    running.add(launched);
    return launched;
  }

  async function follow(
    command: Command,
    { pipes, mark }: LaunchOptions,
    stopRequested: Promise<void>,
  ): Promise<CommandEnd> {
    const spawned = spawnCommand(command, pipes);
    if (spawned.pid === undefined) {
      const exit = explainRefusal("exec", await spawned.errorCode, command);
      return { exit, endedBy: "itself", survivors: [] };
    }
    const { pid } = spawned;
    // At once: processes that it forks before are found by their environment alone.
    const leader: Leader = {
      pid,
      startTime: level === "group" ? null : (readStat(pid)?.startTime ?? null),
      spawnedAtMs: performance.now(),
    };
    leaders.add(pid);
    const tree: ProcessTree =
      level === "group"
        ? createGroupOnlyTree({ leader })
        : createProcessTree({ leader, mark: Buffer.from(mark), leaders });
    let exit: Exit | null = null;
    const exited = spawned.exited.then((how) => {
      exit = how;
    });
    await Promise.race([exited, stopRequested]);
    // A stop that comes after the command's own end has stopped nothing.
    const endedBy = exit === null ? "stop" : "itself";
    const survivors = await stopTree(tree, {
      ...{ signals, gracePeriodMs, killTimeoutMs: KILL_TIMEOUT_MS },
      leader: { exited, hasExited: () => exit !== null },
    });
    if (survivors.length === 0) await exited;
    leaders.delete(pid);
    // Only what SIGKILL could not end has no exit to tell of.
    return { exit: exit ?? { kind: "signaled", signal: "SIGKILL" }, endedBy, survivors };
  }

  async function close(): Promise<void> {
    const last = [...running];
    for (const launched of last) launched.stop();
    await Promise.all(last.map(({ ended }) => ended));
    if (level === "marks") await sweep({ mark: workerMark, cgroup: null, gracePeriodMs });
  }
}
