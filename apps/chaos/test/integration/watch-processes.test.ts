import { spawn } from "node:child_process";
import { waitFor, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import type { Sighting } from "../../src/evidence/evidence.ts";
import { findCommandProcesses } from "../../src/evidence/processes.ts";
import { type ProcessWatch, watchProcesses } from "../../src/evidence/watch-processes.ts";

interface Watched {
  tempFolder: string;
  watch: ProcessWatch;
  sightings: Sighting[];
  /** An answer says from here on that the execution has ended. */
  end(execution: string): void;
  /** Starts what looks like a command of the load; resolves to its pid. */
  run(taskId: string, execution: number, attempt: number): Promise<number>;
}

async function withWatch(body: (watched: Watched) => Promise<void>): Promise<void> {
  await withTempDir(async (tempFolder) => {
    const ends = new Map<string, { at: number }>();
    const sightings: Sighting[] = [];
    const started: ReturnType<typeof spawn>[] = [];
    const watch = watchProcesses({
      tempFolder,
      endOf: (execution) => ends.get(execution),
      onSighting: (sighting) => sightings.push(sighting),
    });
    try {
      await body({
        ...{ tempFolder, watch, sightings },
        end: (execution) => void ends.set(execution, { at: Date.now() }),
        async run(taskId, execution, attempt) {
          const env = {
            TMPDIR: tempFolder,
            HOST_RUNNER_TASK_ID: taskId,
            HOST_RUNNER_EXECUTION: String(execution),
            HOST_RUNNER_ATTEMPT: String(attempt),
          };
          const child = spawn("/bin/sleep", ["600"], { env, stdio: "ignore" });
          started.push(child);
          const isThere = () => findCommandProcesses(tempFolder).some(({ pid }) => pid === child.pid);
          await waitFor(isThere, { description: "the command runs" });
          return child.pid!;
        },
      });
    } finally {
      watch.stop();
      for (const child of started) child.kill("SIGKILL");
    }
  });
}

describe("the watch over processes", () => {
  it("sees what lives of an execution right after its end was told, and nothing of others", () =>
    withWatch(async ({ watch, sightings, end, run }) => {
      const pid = await run("a task", 2, 1);
      await run("a task", 1, 1);
      await run("another task", 2, 1);
      watch.lookAfterEnd({ taskId: "a task", execution: 2 });
      expect(sightings).toEqual([]);
      end("a task@2");
      watch.lookAfterEnd({ taskId: "a task", execution: 2 });
      expect(sightings).toMatchObject([{ kind: "after-end", taskId: "a task", execution: 2 }]);
      expect(sightings[0]?.processes).toMatchObject([{ pid, attempt: 1, command: "/bin/sleep 600" }]);
    }));

  it("sees what starts after the end was told", () =>
    withWatch(async ({ sightings, end, run }) => {
      end("a task@1");
      await run("a task", 1, 2);
      await waitFor(() => sightings.length > 0, { description: "it is seen" });
      expect(sightings).toMatchObject([{ kind: "after-end" }]);
    }));

  it("sees two attempts of one execution, and tells of them once", () =>
    withWatch(async ({ sightings, run }) => {
      await run("a task", 1, 1);
      await run("a task", 1, 2);
      await waitFor(() => (sightings[0]?.lastAt ?? 0) > (sightings[0]?.at ?? 0), {
        description: "it is seen, and seen again",
      });
      expect(sightings).toMatchObject([{ kind: "overlap", taskId: "a task", execution: 1 }]);
    }));
});
