import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import type { Executor } from "../src/index.ts";
import { attempt, runAttempt } from "./with-shell.ts";

/** What an executor's own test tells the suite about it. */
export interface ExecutorUnderTest {
  /** Gives the suite a started executor, and cleans up after it. */
  withExecutor(use: (executor: Executor) => Promise<void>): Promise<void>;
  /** Prompts that make it do what their names say. */
  prompts: {
    /** Ends well, having written "ok" to stdout. */
    succeed: string;
    /** Ends with exit code 7. */
    fail: string;
    /** Runs until it is stopped, and writes "started" to stdout before that. */
    hang: string;
    /** Ends well, having written exactly 300,000 bytes to stdout. */
    print: string;
  };
}

/** What every executor promises to the worker. */
export function describeExecutorConformance(
  name: string,
  title: string,
  { withExecutor, prompts }: ExecutorUnderTest,
): void {
  describe(`the executor ${title}`, () => {
    it("goes by its name", () =>
      withExecutor(async (executor) => {
        expect(executor.name).toBe(name);
      }));

    it("resolves with the exit code and the output of what ended well", () =>
      withExecutor(async (executor) => {
        const { result, output } = await runAttempt(executor, { prompt: prompts.succeed });
        expect(result).toEqual({ exit: { kind: "exited", exitCode: 0 }, stopped: null, survivors: [] });
        expect(output).toMatchObject({ stdout: expect.stringContaining("ok"), stderr: "" });
      }));

    it("resolves with the exit code of what failed", () =>
      withExecutor(async (executor) => {
        const { result } = await runAttempt(executor, { prompt: prompts.fail });
        expect(result).toEqual({ exit: { kind: "exited", exitCode: 7 }, stopped: null, survivors: [] });
      }));

    it("starts nothing where it is stopped before", () =>
      withExecutor(async (executor) => {
        const signal = AbortSignal.abort("cancel");
        const { result, output } = await runAttempt(executor, { prompt: prompts.hang, signal });
        expect(result).toMatchObject({ exit: { kind: "spawn-failed" }, stopped: "cancel" });
        expect(output.stdoutBytes).toBe(0);
      }));

    it.each(["cancel", "timeout", "shutdown", "lease_lost", "output_limit"])(
      "stops what runs, and tells %s as the reason",
      (reason) =>
        withExecutor(async (executor) => {
          const controller = new AbortController();
          const sink = { write: () => controller.abort(reason) };
          const { result } = await runAttempt(executor, {
            prompt: prompts.hang,
            signal: controller.signal,
            sink,
          });
          expect(result).toEqual({
            exit: { kind: "signaled", signal: "SIGTERM" },
            stopped: reason,
            survivors: [],
          });
        }),
    );

    it("keeps to the first reason, and takes a stop after the end for none", () =>
      withExecutor(async (executor) => {
        const controller = new AbortController();
        const sink = {
          write: () => {
            controller.abort("timeout");
            controller.abort("cancel");
          },
        };
        const stopped = await runAttempt(executor, { prompt: prompts.hang, signal: controller.signal, sink });
        expect(stopped.result.stopped).toBe("timeout");

        const later = new AbortController();
        const ended = await runAttempt(executor, { prompt: prompts.succeed, signal: later.signal });
        later.abort("cancel");
        await setTimeout(0);
        expect(ended.result.stopped).toBeNull();
      }));

    it("hands on every byte in order, with its offset", () =>
      withExecutor(async (executor) => {
        let next = 0;
        const gaps: number[] = [];
        const sink = {
          write: (_stream: string, offset: number, chunk: Buffer) => {
            if (offset !== next) gaps.push(offset);
            next = offset + chunk.length;
          },
        };
        const { result } = await runAttempt(executor, { prompt: prompts.print, sink });
        expect({ next, gaps, result }).toMatchObject({ next: 300_000, gaps: [], result: { stopped: null } });
      }));

    it("never has two chunks of a stream under way, however slow the sink is", () =>
      withExecutor(async (executor) => {
        let underWay = 0;
        let most = 0;
        const sink = {
          write: async () => {
            most = Math.max(most, ++underWay);
            await setTimeout(1);
            underWay--;
          },
        };
        await runAttempt(executor, { prompt: prompts.print, sink });
        expect({ most, underWay }).toEqual({ most: 1, underWay: 0 });
      }));

    it("rejects with the fault of a sink, having stopped what ran", () =>
      withExecutor(async (executor) => {
        const fault = new Error("no space left");
        for (const write of [
          () => Promise.reject(fault),
          () => {
            throw fault;
          },
        ]) {
          await expect(runAttempt(executor, { prompt: prompts.hang, sink: { write } })).rejects.toBe(fault);
        }
      }));

    it("settles each of many at a time once, with its own result", () =>
      withExecutor(async (executor) => {
        const wanted = Array.from({ length: 12 }, (_, index) => index % 2 === 0);
        const results = await Promise.all(
          wanted.map((good) => runAttempt(executor, { prompt: good ? prompts.succeed : prompts.fail })),
        );
        expect(results.map(({ result: { exit } }) => exit)).toEqual(
          wanted.map((good) => ({ kind: "exited", exitCode: good ? 0 : 7 })),
        );
      }));

    it("leaves no listener on the signal that it was given", () =>
      withExecutor(async (executor) => {
        const controller = new AbortController();
        const listeners = new Set<unknown>();
        const { signal } = controller;
        const add = signal.addEventListener.bind(signal);
        const remove = signal.removeEventListener.bind(signal);
        signal.addEventListener = (type: string, listener: () => void) => {
          listeners.add(listener);
          add(type, listener);
        };
        signal.removeEventListener = (type: string, listener: () => void) => {
          listeners.delete(listener);
          remove(type, listener);
        };
        await runAttempt(executor, { ...attempt, prompt: prompts.succeed, signal });
        expect(listeners.size).toBe(0);
      }));
  });
}
