import { describe, expect, it } from "@jest/globals";
import { createKeys } from "../../src/keys.ts";
import { finish, take } from "../../src/scripts.ts";
import { handlers, submission, withQueue } from "./with-queue.ts";

describe("attempts that are recorded in one call", () => {
  it("stand each for itself: one that cannot be recorded, or is lost, keeps no other from its end", () =>
    withQueue(async ({ queue, redis, name }) => {
      const runner = { redis, keys: createKeys(name) };
      for (const id of ["broken", "lost", "sound"]) await queue.submit(submission(id));
      const lease = { token: "token", holder: "mock w 1 host", leaseMs: 60_000 };
      const { tasks } = await take(runner, { ...lease, count: 3 });
      await redis.hset(`{hr}:${name}:task-broken@1`, "opts", "no JSON");
      await redis.set(`{hr}:${name}:task-lost@1:lock`, "somebody else");

      const outcome = await handlers.fail();
      const rest = {
        endedAtMs: performance.now(),
        outcome,
        canceled: null,
        output: { entries: [], drop: [], isAll: true, isLost: false },
        parts: null,
      };
      const answers = await finish(
        runner,
        tasks.map(({ claim }) => ({ claim, ...rest })),
      );
      expect(answers).toEqual([expect.any(Error), "lost", "failed"]);
      const statuses = await Promise.all(["lost", "sound"].map((id) => queue.find(id)));
      expect(statuses.map((task) => task?.status)).toEqual(["running", "failed"]);
    }));
});
