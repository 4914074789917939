import { describe, expect, it } from "@jest/globals";
import { decideOutcome, unavailableOutcome } from "../../src/decide-outcome.ts";

const output = {
  stdout: "out",
  stderr: "",
  stdoutBytes: 3,
  stderrBytes: 0,
  stdoutTruncated: false,
  stderrTruncated: false,
};

type Result = Parameters<typeof decideOutcome>[0];

function decide(result: Partial<Result>) {
  const complete: Result = {
    exit: { kind: "exited", exitCode: 0 },
    stopped: null,
    survivors: [],
    ...result,
  };
  return decideOutcome(complete, "shell", output, { outputLimitBytes: 1000 });
}

describe("an outcome", () => {
  it.each([
    [{}, "success", null, "shell execution completed"],
    [{ exit: { kind: "exited", exitCode: 3 } }, "failed", "exit_code", "shell execution failed"],
    [
      { exit: { kind: "signaled", signal: "SIGSEGV" } },
      "failed",
      "signal",
      "shell execution failed: ended by SIGSEGV",
    ],
    [
      { exit: { kind: "spawn-failed", message: "no x" } },
      "failed",
      "spawn_error",
      "shell execution failed: no x",
    ],
    [{ stopped: "cancel" }, "canceled", "canceled", "canceled by api"],
    [{ stopped: "timeout" }, "failed", "timeout", "shell execution timed out"],
    [{ stopped: "shutdown" }, "failed", "shutdown", "shell execution failed: its worker was shut down"],
    [{ stopped: "lease_lost" }, "failed", "worker_lost", "runner unavailable: worker lost"],
    [
      { stopped: "output_limit" },
      "failed",
      "output_limit",
      "shell execution failed: it wrote more than 1000 bytes",
    ],
  ] as [Partial<Result>, string, string | null, string][])(
    "of %j is %s",
    (result, status, reason, message) => {
      expect(decide(result)).toMatchObject({ status, reason, message, output });
    },
  );

  it("of a command that traps SIGTERM and exits with 0 after a timeout is a timeout, and keeps its exit code", () => {
    expect(decide({ stopped: "timeout" })).toMatchObject({ reason: "timeout", exitCode: 0, signal: null });
  });

  it("keeps the signal of a command that was stopped", () => {
    const exit = { kind: "signaled", signal: "SIGKILL" } as const;
    expect(decide({ stopped: "cancel", exit })).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  });

  it("names what could not be killed", () => {
    expect(decide({ stopped: "cancel", survivors: [7, 8] }).message).toBe(
      "canceled by api; still running, even SIGKILL did not end them: pid 7, 8",
    );
  });

  it("of a task whose executor the worker does not offer says which setting would", () => {
    expect(unavailableOutcome("shell")).toMatchObject({
      status: "failed",
      reason: "executor_unavailable",
      message: expect.stringContaining("HOST_RUNNER_EXECUTOR=shell"),
    });
  });
});
