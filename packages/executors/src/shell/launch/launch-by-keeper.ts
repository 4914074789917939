import { constants } from "node:os";
import { codeOf } from "../../keeper/errno.ts";
import type { Heartbeat } from "../../keeper/heartbeat.ts";
import type { Keepers } from "../../keeper/keepers.ts";
import type { OrderEnd } from "../../keeper/order.ts";
import { parseWaitStatus } from "../../keeper/wait-status.ts";
import { toHostFault } from "../prepare/host-fault.ts";
import { explainRefusal } from "./describe-spawn-failure.ts";
import type { Command, CommandEnd, LaunchedCommand, Launcher, LaunchOptions } from "./launcher.ts";

interface LaunchByKeeperOptions {
  keepers: Keepers;
  heartbeat: Heartbeat;
  signals: readonly NodeJS.Signals[];
  gracePeriodMs: number;
}

/** Has commands started, waited for and stopped by keepers. */
export function launchByKeeper({
  keepers,
  heartbeat,
  signals,
  gracePeriodMs,
}: LaunchByKeeperOptions): Launcher {
  const plan = { signals: signals.map((signal) => constants.signals[signal]), gracePeriodMs };
  return { launch, close: () => keepers.close().finally(() => heartbeat.close()) };

  function launch(command: Command, { pipes, mark }: LaunchOptions): LaunchedCommand {
    heartbeat.commandStarts();
    const kept = keepers.run({
      request: {
        ...command,
        // At its end from the start: an open one makes some agent CLIs wait for ever.
        stdin: "/dev/null",
        stdout: pipes.path("stdout"),
        stderr: pipes.path("stderr"),
      },
      plan,
      mark,
    });
    const ended = kept.ended.then((end) => {
      heartbeat.commandEnded();
      // The process that became the command has removed them.
      if (end.kind === "ended") pipes.areOpened();
      return toCommandEnd(end, command);
    });
    return { ended, stop: kept.stop };
  }
}

function toCommandEnd(end: OrderEnd, command: Command): CommandEnd {
  switch (end.kind) {
    case "ended": {
      const { status, cause, survivors } = end;
      return { exit: parseWaitStatus(status), endedBy: causes[cause], survivors };
    }
    case "failed":
      return {
        exit: explainRefusal(end.step, codeOf(end.errno), command),
        endedBy: "itself",
        survivors: [],
      };
    case "withdrawn":
      return {
        exit: { kind: "spawn-failed", message: "stopped before it started" },
        endedBy: "stop",
        survivors: [],
      };
    case "lost":
      // Its keeper was killed, and the command with it: whatever its own end would have been, this was none of its.
      return {
        exit: { kind: "signaled", signal: "SIGKILL" },
        endedBy: "itself",
        survivors: end.survivors,
      };
    case "refused":
      return {
        exit: { kind: "not-started", hostFault: toHostFault("cannot get a keeper", end.error).message },
        endedBy: "itself",
        survivors: [],
      };
  }
}

const causes = { self: "itself", stop: "stop", silence: "silence", orphaned: "stop" } as const;
