import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { availableLevels } from "../containment-levels.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withShell } from "../with-shell.ts";

/** Ways to leave one's parent behind. `SLEEP` stands for what stays. */
const escapes: [way: string, script: string][] = [
  ["a job in the background", "SLEEP &"],
  ["a session of its own that holds the output open", "setsid SLEEP &"],
  ["a second fork", "(setsid SLEEP & ) &"],
  ["a daemon without output", "(setsid SLEEP </dev/null >/dev/null 2>&1 & );"],
  ["a session of its own that ignores SIGTERM", "setsid sh -c \"trap '' TERM; SLEEP; SLEEP\" &"],
  ["an empty environment in the same session", "env -i SLEEP &"],
];
/** What only a keeper holds. */
const unmarked: typeof escapes = [
  ["an empty environment and a session of its own", "env -i setsid SLEEP &"],
  [
    "an empty environment, a session and a second fork",
    "(env -i setsid SLEEP </dev/null >/dev/null 2>&1 & );",
  ],
];

const levels = await availableLevels();
const cases = levels.flatMap((level) =>
  [...escapes, ...(level === "marks" ? [] : unmarked)].map(([way, script]) => [way, level, script] as const),
);

describe("what a command leaves behind", () => {
  it.each(cases)("is gone when it ends well: %s (containment by %s)", async (_way, containment, script) => {
    const seconds = uniqueSeconds();
    const template = `${script.replaceAll("SLEEP", `sleep ${seconds}`)} echo hi`;
    // The command ends when all of it is there.
    const ready = `until pgrep -f 'sleep ${seconds}$' >/dev/null; do sleep 0.01; done`;
    await withShell(`${template}; ${ready}`, { containment, gracePeriodMs: 300 }, async ({ run }) => {
      const start = performance.now();
      const { result, output } = await run();
      expect(result).toEqual({ exit: { kind: "exited", exitCode: 0 }, stopped: null, survivors: [] });
      expect(output.stdout).toBe("hi\n");
      expect(sleepersOf(seconds)).toEqual([]);
      expect(performance.now() - start).toBeLessThan(2_000);
    });
  });

  it.each(cases)("is gone when it is stopped: %s (containment by %s)", async (_way, containment, script) => {
    const seconds = uniqueSeconds();
    const template = `${script.replaceAll("SLEEP", `sleep ${seconds}`)} sleep 60`;
    await withShell(template, { containment, gracePeriodMs: 300 }, async ({ run }) => {
      const controller = new AbortController();
      const running = run({ signal: controller.signal });
      await waitFor("the escaped process", () => sleepersOf(seconds).length >= 1);
      controller.abort("cancel");
      expect((await running).result).toMatchObject({ stopped: "cancel", survivors: [] });
      expect(sleepersOf(seconds)).toEqual([]);
    });
  });

  it.each(levels)("does not delay the end for its own lifetime, by %s", async (containment) => {
    await withShell("sleep 60 & echo hi", { containment }, async ({ run }) => {
      const start = performance.now();
      const { output } = await run();
      expect(output.stdout).toBe("hi\n");
      expect(performance.now() - start).toBeLessThan(1_000);
    });
  });

  it.each(levels)(
    "is told apart from other tasks and from the user's processes, by %s",
    async (containment) => {
      const [own, others] = [uniqueSeconds(), uniqueSeconds()];
      const bystander = spawn("sleep", [others], { detached: true, stdio: "ignore" });
      const template = `setsid sleep {task_id} & sleep {task_id} & until [ -e {run_id} ]; do sleep 0.02; done`;
      try {
        await withShell(template, { containment }, async ({ run, folder }) => {
          const controller = new AbortController();
          const running = run({ taskId: others, runId: `${folder}/never`, signal: controller.signal });
          await waitFor("the other task", () => sleepersOf(others).length === 3);
          const before = sleepersOf(others);
          for (const end of ["well", "cancel"]) {
            const stop = new AbortController();
            const ending = run({
              taskId: own,
              runId: end === "well" ? folder : `${folder}/never`,
              signal: stop.signal,
            });
            if (end === "cancel") {
              await waitFor("this task", () => sleepersOf(own).length === 2);
              stop.abort("cancel");
            }
            await ending;
            expect(sleepersOf(own)).toEqual([]);
            expect(sleepersOf(others)).toEqual(before);
          }
          controller.abort("cancel");
          await running;
          expect(sleepersOf(others)).toEqual([bystander.pid]);
        });
      } finally {
        bystander.kill("SIGKILL");
        await once(bystander, "exit");
      }
    },
  );

  it.each(levels)("is found among the tasks of a worker that runs in a task, by %s", async (containment) => {
    const seconds = uniqueSeconds();
    await withShell("true", { containment }, async () => {
      const environment = { PATH: process.env.PATH, HOST_RUNNER_TREE: "the-outer-worker.1;" };
      await withShell(
        `setsid sleep ${seconds} & env | grep ^HOST_RUNNER_TREE`,
        { containment, environment },
        async ({ run }) => {
          const { output } = await run();
          expect(output.stdout).toMatch(/^HOST_RUNNER_TREE=the-outer-worker\.1;[0-9a-f]{24}\.1;\n$/);
          expect(sleepersOf(seconds)).toEqual([]);
        },
      );
    });
  });
});
