import { constants } from "node:os";
import type { TaskSummary } from "@host-runner/client";
import { exitCodes } from "../exit-codes.ts";

/** What shells add to the number of a signal. */
const SIGNALED = 128;

/** The exit code of `run`: the command's own, as a shell would have it, wherever the command had an end of its own. Pure. */
export function decideExitCode({ status, reason, exit_code, signal }: TaskSummary): number {
  if (status === "success") return exitCodes.done;
  if (status === "canceled") return SIGNALED + constants.signals.SIGTERM;
  if (reason === "timeout") return exitCodes.timedOut;
  if (reason === "exit_code" && exit_code !== null) return exit_code;
  if (reason === "signal") return codeOfSignal(signal) ?? exitCodes.runFailed;
  return exitCodes.runFailed;
}

export function codeOfSignal(signal: string | null): number | null {
  const number = (constants.signals as Record<string, number>)[signal ?? ""];
  return number === undefined ? null : SIGNALED + number;
}
