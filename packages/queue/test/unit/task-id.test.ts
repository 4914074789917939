import { describe, expect, it } from "@jest/globals";
import { encodeTaskId, jobIdOf, parseJobId } from "../../src/task-id.ts";

describe("a job id", () => {
  it("is readable where the task id is", () => {
    expect(jobIdOf({ taskId: "build-42.main", execution: 1 })).toBe("task-build-42.main@1");
  });

  it("says the execution, whatever the task id looks like", () => {
    expect(parseJobId(jobIdOf({ taskId: "a@7", execution: 12 }))).toEqual({
      encodedId: "a~407",
      execution: 12,
    });
  });

  it("is another one for every task id", () => {
    const ids = ["a:b", "a/b", "a~3Ab", "a~b", "a b", "ab", "é", "e\u0301", "@", "a@1", "🙂"];
    expect(new Set(ids.map(encodeTaskId)).size).toBe(ids.length);
  });

  it.each(["1", "completed", "meta", "a:b", "a/b", "🙂"])("for %s is no key of the queue's own", (taskId) => {
    expect(jobIdOf({ taskId, execution: 1 })).toMatch(/^task-[A-Za-z0-9_.~-]+@1$/);
  });
});
