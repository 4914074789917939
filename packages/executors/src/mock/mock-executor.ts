import type { StopSignal } from "@host-runner/contracts";
import type { ExecutionResult, Executor, OutputSink } from "../executor.ts";
import { watchStopRequest } from "../stop-request.ts";
import { parseDirective } from "./parse-directive.ts";

/** setTimeout fires at once beyond this. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Starts no process: its output is the prompt, and the prompt's first word steers it (see parseDirective). */
export function createMockExecutor({ durationMs }: { durationMs: number }): Executor {
  return {
    name: "mock",
    async execute({ prompt }, { signal, output }): Promise<ExecutionResult> {
      const stop = watchStopRequest(signal);
      try {
        if (stop.reason) return stoppedBeforeStart(stop.reason);
        const directive = parseDirective(prompt);
        switch (directive.kind) {
          case "crash":
            throw new Error("the mock executor crashed, as the prompt told it to");
          case "stderr":
            await output.write("stderr", 0, Buffer.from(directive.text));
            break;
          case "print":
            await print(directive.bytes, output, signal);
            break;
          default:
            await output.write("stdout", 0, Buffer.from(prompt));
        }
        const takesMs =
          directive.kind === "hang"
            ? Number.POSITIVE_INFINITY
            : directive.kind === "sleep"
              ? directive.durationMs
              : durationMs;
        await Promise.race([delay(takesMs, signal), stop.requested]);
        if (stop.reason) {
          // What a well-behaved command does when it is told to stop.
          return { exit: { kind: "signaled", signal: "SIGTERM" }, stopped: stop.reason, survivors: [] };
        }
        const exitCode = directive.kind === "fail" ? directive.exitCode : 0;
        return { exit: { kind: "exited", exitCode }, stopped: null, survivors: [] };
      } finally {
        stop.dispose();
      }
    },
  };
}

function stoppedBeforeStart(reason: NonNullable<ExecutionResult["stopped"]>): ExecutionResult {
  return {
    exit: { kind: "spawn-failed", message: "stopped before it started" },
    stopped: reason,
    survivors: [],
  };
}

/** Resolves after `ms`, and at an abort, leaving no timer behind. */
async function delay(ms: number, signal: StopSignal): Promise<void> {
  let left = ms;
  while (left > 0 && !signal.aborted) {
    const step = Math.min(left, MAX_DELAY_MS);
    left -= step;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, step);
      signal.addEventListener("abort", done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }
}

const LINE_BYTES = 64;
const CHUNK_LINES = 1024;

/** Numbered lines of 64 bytes, cut off at `bytes`; made chunk by chunk, so that any number of bytes is fine. */
async function print(bytes: number, output: OutputSink, signal: StopSignal): Promise<void> {
  for (let offset = 0, line = 0; offset < bytes && !signal.aborted; ) {
    const lines = Array.from(
      { length: CHUNK_LINES },
      () => `${String(++line).padEnd(LINE_BYTES - 1, ".")}\n`,
    );
    const chunk = Buffer.from(lines.join("")).subarray(0, bytes - offset);
    await output.write("stdout", offset, chunk);
    offset += chunk.length;
  }
}
