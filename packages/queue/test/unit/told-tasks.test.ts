import type { TaskStatus, TaskSummary } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { createToldTasks } from "../../src/told-tasks.ts";

const task = (task_id: string, status: TaskStatus, more: Partial<TaskSummary> = {}) =>
  ({ task_id, status, execution: 1, attempt: 1, updated_at: "t", message: "m", ...more }) as TaskSummary;

describe("what a follower of a run has been told", () => {
  it("is news once for each change of a task", () => {
    const told = createToldTasks();
    const changes = [
      task("a", "queued"),
      task("a", "queued"),
      task("a", "running"),
      task("a", "running", { message: "another" }),
      task("a", "running", { message: "another" }),
      task("a", "running", { execution: 2 }),
    ];
    expect(changes.map((change) => told.note(change))).toEqual([true, false, true, true, false, true]);
  });

  it("counts the tasks by their status, and knows whether all have ended", () => {
    const told = createToldTasks();
    expect(told.haveEnded()).toBe(false);
    for (const change of [task("a", "queued"), task("b", "success"), task("a", "running")]) told.note(change);
    expect(told.haveEnded()).toBe(false);
    told.note(task("a", "failed"));
    expect(told.haveEnded()).toBe(true);
    expect(told.counts()).toMatchObject({ success: 1, failed: 1, running: 0 });
    // It was rerun.
    told.note(task("a", "queued", { execution: 2 }));
    expect(told.haveEnded()).toBe(false);
  });

  it("forgets a task that is gone, and only then tells of it again", () => {
    const told = createToldTasks();
    for (const change of [task("gone", "queued"), task("kept", "success")]) told.note(change);
    told.beginLook();
    expect(told.note(task("kept", "success"))).toBe(false);
    told.endLook();
    expect(told.haveEnded()).toBe(true);
    expect(told.counts()).toMatchObject({ queued: 0, success: 1 });
    expect(told.note(task("gone", "success"))).toBe(true);
  });
});
