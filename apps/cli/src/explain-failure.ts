import type { ClientError } from "@host-runner/client";
import { CliError } from "./cli-error.ts";
import { exitCodes } from "./exit-codes.ts";

export interface Explanation {
  exitCode: number;
  code: string;
  /** For people: what is wrong, and what to do where that is known. */
  message: string;
}

/** A failure in words. Only a fault of host-runner's own shows where it happened. Pure. */
export function explainFailure(error: unknown): Explanation {
  if (error instanceof CliError) return { exitCode: error.exitCode, code: "usage", message: error.message };
  // By their names: to know their classes, their packages would have to be loaded.
  if (isNamed<ClientError>(error, "ClientError")) return explainClientError(error);
  if (isNamed(error, "EnvironmentError")) {
    return { exitCode: exitCodes.usage, code: "usage", message: error.message };
  }
  const message = `a fault of host-runner itself: ${(error as Error | undefined)?.stack ?? error}`;
  return { exitCode: exitCodes.unavailable, code: "internal", message };
}

function explainClientError({ code, message }: ClientError): Explanation {
  const hint = hints[code];
  const isAway = ["unreachable", "unexpected_answer", "queue_unavailable", "queue_full", "internal"].includes(
    code,
  );
  return {
    exitCode: isAway ? exitCodes.unavailable : exitCodes.failed,
    code,
    message: hint ? `${message}\n${hint}` : message,
  };
}

const hints: Partial<Record<ClientError["code"], string>> = {
  unreachable: "Start it with `host-runner up`, or say where it is: --url, HOST_RUNNER_URL or a profile.",
  unauthorized:
    "Set HOST_RUNNER_TOKEN, or the token of a profile, to one of the API's HOST_RUNNER_API_TOKENS.",
  forbidden: "Use a token with more scope.",
  unexpected_answer: "Look at what --url, HOST_RUNNER_URL or the profile names.",
};

function isNamed<T extends Error>(error: unknown, name: string): error is T {
  return error instanceof Error && error.name === name;
}
