import { describe, expect, it } from "@jest/globals";
import { availableLevels } from "../containment-levels.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { type TestShell, withShell } from "../with-shell.ts";

/** Runs until `ready` says so, then stops it. */
async function stopWhen(shell: TestShell, ready: () => unknown, reason = "cancel") {
  const controller = new AbortController();
  const running = shell.run({ signal: controller.signal });
  await waitFor("the command to be there", ready);
  const start = performance.now();
  controller.abort(reason);
  const settled = await running;
  return { ...settled, tookMs: performance.now() - start };
}

/** The same, once it has written "ready". */
async function stopWhenReady(shell: TestShell, reason = "cancel") {
  const controller = new AbortController();
  let stdout = "";
  let start = 0;
  const sink = {
    write(stream: string, _offset: number, chunk: Buffer) {
      if (stream === "stdout") stdout += chunk;
      if (start > 0 || !stdout.includes("ready\n")) return;
      start = performance.now();
      controller.abort(reason);
    },
  };
  const { result } = await shell.run({ signal: controller.signal, sink });
  return { result, stdout, tookMs: performance.now() - start };
}

const terminated = { exit: { kind: "signaled", signal: "SIGTERM" }, stopped: "cancel", survivors: [] };

describe.each(await availableLevels())("stopping a command, with containment by %s", (containment) => {
  it("ends `sleep 60` in under 100 ms", async () => {
    const seconds = uniqueSeconds();
    await withShell(`sleep ${seconds}`, { containment }, async (shell) => {
      const { result, tookMs } = await stopWhen(shell, () => sleepersOf(seconds).length === 1);
      expect(result).toEqual(terminated);
      expect(tookMs).toBeLessThan(100);
      expect(sleepersOf(seconds)).toEqual([]);
    });
  });

  it("kills a command that ignores SIGTERM once the grace period ends", () =>
    withShell(
      "trap '' TERM; echo ready; while :; do sleep 0.05; done",
      { containment, gracePeriodMs: 300 },
      async (shell) => {
        const { result, tookMs } = await stopWhenReady(shell);
        expect(result).toEqual({ ...terminated, exit: { kind: "signaled", signal: "SIGKILL" } });
        expect(tookMs).toBeGreaterThanOrEqual(300);
        expect(tookMs).toBeLessThan(1300);
      },
    ));

  it("keeps what a command writes that traps SIGTERM, and its exit code", () =>
    withShell(
      "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done",
      { containment },
      async (shell) => {
        const { result, stdout } = await stopWhenReady(shell, "timeout");
        expect(result).toEqual({ exit: { kind: "exited", exitCode: 0 }, stopped: "timeout", survivors: [] });
        expect(stdout).toBe("ready\nbye\n");
      },
    ));

  it("tells each process once to terminate, so that its own clean-up is not cut short", () =>
    withShell(
      "trap 'echo term' TERM; echo ready; for i in 1 2 3 4 5 6 7 8; do sleep 0.05; done",
      { containment },
      async (shell) => {
        const { stdout } = await stopWhenReady(shell);
        expect(stdout).toBe("ready\nterm\n");
      },
    ));

  it("ends a command that is stopped by SIGSTOP within the grace period", () =>
    withShell(
      "echo ready; kill -STOP $$; sleep 60",
      { containment, gracePeriodMs: 10_000 },
      async (shell) => {
        const { result, tookMs } = await stopWhenReady(shell);
        expect(result).toEqual(terminated);
        expect(tookMs).toBeLessThan(5_000);
      },
    ));

  it("leaves none of twenty children", async () => {
    const seconds = uniqueSeconds();
    const template = `for i in {1..10}; do sleep ${seconds} & setsid sleep ${seconds} & done; wait`;
    await withShell(template, { containment }, async (shell) => {
      const { result } = await stopWhen(shell, () => sleepersOf(seconds).length === 20);
      expect(result.survivors).toEqual([]);
      expect(sleepersOf(seconds)).toEqual([]);
    });
  });

  it("has one result for two reasons, the first", () =>
    withShell(
      "trap '' TERM; echo ready; sleep 60; sleep 60",
      { containment, gracePeriodMs: 200 },
      async (shell) => {
        const controller = new AbortController();
        const sink = {
          write: () => {
            controller.abort("timeout");
            controller.abort("cancel");
            setTimeout(() => controller.abort("cancel"), 50);
          },
        };
        const { result } = await shell.run({ signal: controller.signal, sink });
        expect(result.stopped).toBe("timeout");
      },
    ));

  it("never starts, or ends, what is stopped at any moment of its start", async () => {
    const seconds = uniqueSeconds();
    await withShell(`sleep ${seconds}`, { containment }, async ({ run }) => {
      for (let turns = 0; turns < 12; turns++) {
        const controller = new AbortController();
        const running = run({ signal: controller.signal });
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        controller.abort("cancel");
        expect((await running).result.stopped).toBe("cancel");
      }
      expect(sleepersOf(seconds)).toEqual([]);
    });
  });

  it("takes a stop that comes while the command's leftovers are cleared for none", () =>
    withShell(
      "(trap '' TERM; echo ready; sleep 60; sleep 60) & sleep 0.1",
      { containment, gracePeriodMs: 500 },
      async ({ run }) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort("cancel"), 350);
        const { result } = await run({ signal: controller.signal });
        expect(result).toEqual({ exit: { kind: "exited", exitCode: 0 }, stopped: null, survivors: [] });
      },
    ));
});
