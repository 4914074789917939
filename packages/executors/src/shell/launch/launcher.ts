import type { Exit } from "@host-runner/contracts";
import type { OutputPipes } from "../output/output-pipes.ts";

/** A process to start, with nothing in it that anybody would still interpret. */
export interface Command {
  file: string;
  args: readonly string[];
  environment: Record<string, string>;
  workingDirectory: string;
}

export interface LaunchOptions {
  pipes: OutputPipes;
  /** What the environment of the command holds, and no other's. */
  mark: string;
}

/** Starts commands, and stops them with all that they started. */
export interface Launcher {
  /**
   * Starts the command as the leader of a session and a process group of its own, with the given environment and output,
   * a stdin at its end, and no other descriptors. Does not throw.
   */
  launch(command: Command, options: LaunchOptions): LaunchedCommand;
  /**
   * Stops whatever still runs, and removes the worker's folders and cgroup. Resolves when nothing is left of them.
   */
  close(): Promise<void>;
}

export interface LaunchedCommand {
  /** Resolves once, and never rejects, when nothing of it runs any more. */
  ended: Promise<CommandEnd>;
  /** Ends it with all that it started. Nothing is started where it comes first. Safe to call at any time. */
  stop(): void;
}

export interface CommandEnd {
  exit: Exit;
  /** What ended it: itself, stop(), or a keeper because this worker was silent for too long. */
  endedBy: "itself" | "stop" | "silence";
  /** What even SIGKILL did not end. */
  survivors: number[];
}
