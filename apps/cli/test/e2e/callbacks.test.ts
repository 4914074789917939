import { callbackEntrySchema, taskSchema } from "@host-runner/contracts";
import { type Receiver, waitFor, withReceiver } from "@host-runner/testing";
import { expect, it } from "@jest/globals";
import { type Cli, withCli } from "./with-cli.ts";

interface Situation {
  cli: Cli;
  receiver: Receiver;
  /** What the receiver says from now on. */
  answer(status: number): void;
  /** Resolves when the last callback of each is in a state. */
  untilLast(state: string, ...ids: string[]): Promise<void>;
}

/** A receiver that refuses everything for good, and three tasks of which it was to be told, two of them in a run. */
function withMissed(body: (situation: Situation) => Promise<void>): Promise<void> {
  let status = 401;
  return withReceiver(
    (_, response) => response.writeHead(status).end(),
    (receiver) =>
      withCli(async (cli) => {
        const untilLast = async (state: string, ...ids: string[]) => {
          const isThere = async (id: string) => {
            const { body } = await cli.call("GET", `/tasks/${id}`);
            return (
              taskSchema.parse(body).callbacks?.findLast(({ status }) => status !== "running")?.state ===
              state
            );
          };
          const all = async () => (await Promise.all(ids.map(isThere))).every(Boolean);
          await waitFor(all, { description: `the ends of ${ids} are ${state}` });
        };
        for (const [task_id, run_id] of [
          ["a", "night"],
          ["b", "night"],
          ["c", "day"],
        ]) {
          await cli.call("POST", "/tasks", {
            task_id,
            run_id,
            prompt: "true",
            status_callback_url: receiver.url,
          });
        }
        await untilLast("failed", "a", "b", "c");
        await body({
          cli,
          receiver,
          untilLast,
          answer(next) {
            status = next;
          },
        });
      }),
  );
}

it("callbacks lists those that failed, with why, or are owed", () =>
  withMissed(async ({ cli: { cli, terminal, call }, receiver, answer }) => {
    const origin = `http://127.0.0.1:${receiver.port}`;
    const lines = (await cli(["callbacks", "--run", "night"])).stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    const [id, execution, status, state, tries, triedAt, answered, to, detail] = lines[0]!.split("\t");
    expect(["a", "b"]).toContain(id);
    expect([execution, state, tries, answered, to, detail]).toEqual([
      "1",
      "failed",
      "1",
      "401",
      origin,
      "answered 401",
    ]);
    expect(["running", "success"]).toContain(status);
    expect(Date.parse(triedAt!)).not.toBeNaN();
    const json = (await cli(["callbacks", "--json", "--limit", "1"])).stdout;
    callbackEntrySchema.strict().parse(JSON.parse(json));
    await terminal(["callbacks", "--run", "day"], async ({ exit, screen }) => {
      await exit;
      expect(screen().join("\n")).toMatch(
        /^TASK +TELLS +RECEIVER *\nc +running +http:.* 1 try, \d+s ago, answered 401\nc +success +http:/,
      );
    });
    expect(await cli(["callbacks", "--state", "pending"])).toMatchObject({ code: 0, stdout: "" });
    answer(503);
    await call("POST", "/tasks", { task_id: "d", prompt: "true", status_callback_url: receiver.url });
    await waitFor(
      async () => /^d\t1\trunning\tpending\t[1-9]/.test((await cli(["callbacks", "-s", "pending"])).stdout),
      {
        description: "the one that is tried again is listed",
      },
    );
  }));

it("get and doctor tell what became of a task's callbacks", () =>
  withMissed(async ({ cli: { cli, terminal }, answer, untilLast }) => {
    await terminal(["get", "a"], async ({ exit, screen }) => {
      await exit;
      expect(screen().join("\n")).toMatch(
        /callback +tells running +failed +1 try, \d+s ago, answered 401\n +callback +tells success +failed +1 try/,
      );
    });
    expect((await cli(["doctor"])).stdout).toMatch(
      /warning\tCallbacks\t3 could not be delivered, the last to http:.*: answered 401\t/,
    );
    answer(204);
    await cli(["redeliver", "--all", "--yes"]);
    await untilLast("delivered", "a", "b", "c");
    expect((await cli(["doctor"])).stdout).toContain("ok\tCallbacks\tnone has failed");
  }));

it("redeliver sends again what failed: of tasks, of a run once that is confirmed, or of all", () =>
  withMissed(async ({ cli: { cli, terminal }, receiver, answer, untilLast }) => {
    expect(await cli(["redeliver"])).toMatchObject({
      code: 2,
      stderr: "host-runner: name tasks by their ids, or by --run or --all\n",
    });
    expect((await cli(["redeliver", "--all"])).stderr).toContain("add --yes");
    expect((await cli(["complete", "redeliver", ""])).stdout.trimEnd().split("\n").sort()).toEqual([
      "a",
      "b",
      "c",
    ]);
    answer(204);
    const before = receiver.requests.length;
    expect(await cli(["redeliver", "a"])).toEqual({ code: 0, stdout: "a\tpending\n", stderr: "" });
    await untilLast("delivered", "a");
    expect(await cli(["redeliver", "a"])).toMatchObject({
      code: 1,
      stderr:
        "host-runner: a: the last callback of task a is delivered: only one that failed is sent again\n",
    });
    await terminal(["redeliver", "--run", "night"], async ({ waitForScreen, type, exit, screen }) => {
      await waitForScreen(/Send again the last callback of 1 task\? \[y\/N\]/);
      type("y\r");
      expect((await exit).exitCode).toBe(0);
      expect(screen().join("\n")).toMatch(/^pending +b tells success$/m);
    });
    expect((await cli(["redeliver", "--all", "--yes"])).stdout).toBe("c\tpending\n");
    await untilLast("delivered", "b", "c");
    const sent = receiver.requests.slice(before).map(({ body }) => JSON.parse(body));
    expect(sent.map(({ task_id, status }) => `${task_id} ${status}`).sort()).toEqual([
      "a success",
      "b success",
      "c success",
    ]);
    expect(await cli(["redeliver", "--all", "--yes"])).toMatchObject({
      code: 0,
      stderr: "no callback is to be sent again\n",
    });
  }));
