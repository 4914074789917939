import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Calls } from "./calls.ts";

/** What callers do, in one or more calls. */
export interface Story {
  calls: number;
  play(calls: Calls): Promise<void>;
}

const story = (calls: number, play: Story["play"]): Story => ({ calls, play });

/** As many tasks have the same run. */
const TASKS_PER_RUN = 100;

let submitted = 0;
const currentRun = () => `soak-${Math.floor(submitted / TASKS_PER_RUN)}`;

/** A task that is unlike all others, in all that a caller may choose. */
function task(fields: object = {}) {
  submitted += 1;
  const task_id = randomUUID();
  const labels = { kind: "soak", part: String(submitted % 50) };
  const content = { prompt: `task ${submitted}`, labels, metadata: { submitted, name: task_id } };
  return { task_id, run_id: currentRun(), executor: "mock", ...content, ...fields };
}

const pathOf = ({ task_id }: { task_id: string }) => `/tasks/${task_id}`;

/** One after the other, over and over: a mix of what control planes, dashboards and people ask for. */
export const stories: readonly Story[] = [
  story(1, ({ ok }) => ok("POST", "/tasks", { body: task() })),
  story(1, ({ ok }) => ok("POST", "/tasks", { body: task({ executor: "shell" }) })),
  story(2, async ({ ok }) => {
    const submission = { body: task(), headers: { "idempotency-key": randomUUID() } };
    await ok("POST", "/tasks", submission);
    await ok("POST", "/tasks", submission);
  }),
  story(1, ({ ok }) => ok("POST", "/tasks", { body: task(), headers: { prefer: "wait=10" } })),
  story(3, async ({ ok }) => {
    const one = task({ executor: "shell", prompt: "output\n".repeat(100) });
    await ok("POST", "/tasks", { body: one, headers: { prefer: "wait=10" } });
    await ok("GET", `${pathOf(one)}/output?tail=10`);
    await ok("GET", `${pathOf(one)}/output?stream=stdout`);
  }),
  story(3, async ({ ok }) => {
    const one = task({ prompt: "mock:hang" });
    await ok("POST", "/tasks", { body: one });
    await ok("GET", `${pathOf(one)}/executions`);
    await ok("POST", `${pathOf(one)}/cancel`);
  }),
  story(2, async ({ ok, events }) => {
    const one = task({ prompt: "mock:print 2000" });
    await ok("POST", "/tasks", { body: one });
    await events(`${pathOf(one)}/events`);
  }),
  story(4, async ({ ok, hangUp }) => {
    const one = task({ prompt: "mock:sleep 1" });
    await ok("POST", "/tasks", { body: one });
    await Promise.all([
      hangUp(pathOf(one), { prefer: "wait=30" }),
      hangUp(`${pathOf(one)}/events`),
      hangUp(`/runs/${one.run_id}/events`),
    ]);
  }),
  story(4, async ({ ok, events }) => {
    const run_id = `run-${randomUUID()}`;
    const tasks = Array.from({ length: 5 }, () => task({ run_id }));
    await ok("POST", "/tasks/batch", { body: { tasks } });
    await Promise.all([events(`/runs/${run_id}/events`), ok("GET", `/runs/${run_id}`)]);
    await ok("POST", `/runs/${run_id}/cancel`);
  }),
  story(3, async ({ ok, receiver }) => {
    const one = task({ status_callback_url: receiver, max_attempts: 2, backoff_seconds: 0 });
    await ok("POST", "/tasks", { body: { ...one, prompt: "mock:fail 3" }, headers: { prefer: "wait=10" } });
    await ok("GET", pathOf(one));
    await ok("GET", "/callbacks");
  }),
  story(2, async ({ ok }) => {
    const one = task();
    await ok("POST", "/tasks", { body: one, headers: { prefer: "wait=10" } });
    await ok("POST", `${pathOf(one)}/rerun`);
  }),
  story(4, async ({ ok }) => {
    await ok("GET", "/tasks?limit=20");
    await ok("GET", "/tasks?status=failed&limit=20");
    await ok("GET", `/tasks?run_id=${currentRun()}&limit=20`);
    await ok("GET", "/tasks?label=kind:soak&status=running&limit=20");
  }),
  story(4, async ({ ok }) => {
    await ok("GET", "/metrics");
    await ok("GET", "/workers");
    await ok("GET", "/healthz");
    await ok("GET", "/readyz");
  }),
  story(4, async ({ refused }) => {
    await refused(404, "GET", `/tasks/${randomUUID()}`);
    await refused(422, "POST", "/tasks", { body: { prompt: "" } });
    await refused(422, "GET", "/tasks?limit=x");
    await refused(404, "GET", `/${randomUUID()}`);
  }),
  story(1, async ({ ok }) => {
    await delay(10);
    await ok("GET", `/runs/${currentRun()}`).catch(() => {});
  }),
];
