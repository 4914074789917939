import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import { type Call, openCallCounter } from "../redis/count-calls.ts";
import { endedJobs } from "../redis/ended-jobs.ts";
import { defineRow } from "../row.ts";

const TASKS = 50;
const yardstick = "BullMQ add and a bare worker";

/** What a task asks of Redis, from its submission to its end: counted, with a table of what it is. */
export const calls = defineRow({
  name: "calls",
  lines: {
    idle: {
      what: "calls to Redis for a task, the worker being idle",
      yardstick,
      unit: "calls",
      target: null,
    },
    busy: { what: "the same, many tasks waiting", yardstick, unit: "calls", target: null },
    commands: {
      what: "commands in Redis for it, those in scripts included, many tasks waiting",
      ...{ yardstick, unit: "commands", target: null },
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    const counter = await openCallCounter(redis.client);
    const count = async (body: () => Promise<void>) => perTask(await counter.count(body));
    const api = await bench.api(redis, "tasks");
    const queue = new Queue("jobs", { connection: redis.client.duplicate() });
    const ours = endedJobs(redis.client, "hostRunner", "tasks");
    const theirs = endedJobs(redis.client, "yardstick", "jobs");
    const submit = () => api.call<{ task_id: string }>("POST", "/tasks", { prompt: "p" });
    const add = () => queue.add("task", { prompt: "p" });

    bench.tell("counting calls");
    // So that each script has been sent once.
    await submit();
    await add();
    let id = "";
    const submitting = await count(async () => {
      await repeat(async () => {
        id = (await submit()).task_id;
      });
    });
    const adding = await count(() => repeat(add));
    const reading = await count(() => repeat(() => api.call("GET", `/tasks/${id}`)));

    const settings = { HOST_RUNNER_MOCK_SECONDS: "0", HOST_RUNNER_CONCURRENCY: "1" };
    const running = await count(async () => {
      await bench.worker(redis, "tasks", settings);
      await untilEnded(ours, TASKS + 1);
    });
    const working = await count(async () => {
      await bench.yardstick("worker", redis, "jobs", { CONCURRENCY: "1" });
      await untilEnded(theirs, TASKS + 1);
    });
    const idleOurs = await count(() => repeat(() => submit().then(() => delay(30))));
    const idleTheirs = await count(() => repeat(() => add().then(() => delay(30))));
    counter.close();
    await queue.close();

    const idleRunning = without(idleOurs, submitting);
    bench.addTable({
      title: "What a task asks of Redis",
      head: ["step", "call", "times", "commands inside"],
      rows: [
        ...toRows("submit (API)", submitting),
        ...toRows("run, many waiting (worker)", running),
        ...toRows("run, the worker being idle", idleRunning),
        ...toRows("GET /tasks/{id} (API)", reading),
        ...toRows("yardstick: queue.add", adding),
        ...toRows("yardstick: bare worker, many waiting", working),
      ],
    });
    return {
      idle: [{ ours: callsOf(idleOurs), yardstick: callsOf(idleTheirs) }],
      busy: [{ ours: callsOf(submitting, running), yardstick: callsOf(adding, working) }],
      commands: [{ ours: commandsOf(submitting, running), yardstick: commandsOf(adding, working) }],
    };
  },
});

async function repeat(body: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < TASKS; i++) await body();
}

/** Without looking at Redis, which would be counted. */
async function untilEnded(jobs: { count(): Promise<number> }, count: number): Promise<void> {
  do await delay(200);
  while ((await jobs.count()) < count);
}

/** What comes less than every third task is the background's: looking for lost workers, telling who lives. */
function perTask(calls: Call[]): Call[] {
  return calls
    .filter((call) => call.count > TASKS / 3)
    .map((call) => ({
      ...call,
      count: Math.round((call.count / TASKS) * 10) / 10,
      inside: call.inside / call.count,
    }));
}

function without(calls: Call[], others: Call[]): Call[] {
  return calls.flatMap((call) => {
    const count = call.count - (others.find(({ name }) => name === call.name)?.count ?? 0);
    return count > 0.3 ? [{ ...call, count: Math.round(count * 10) / 10 }] : [];
  });
}

function toRows(step: string, calls: Call[]): (string | number)[][] {
  return calls.map(({ name, count, inside }) => [step, name, count, Math.round(inside)]);
}

function callsOf(...steps: Call[][]): number {
  return steps.flat().reduce((sum, { count }) => sum + count, 0);
}

function commandsOf(...steps: Call[][]): number {
  return steps.flat().reduce((sum, { count, inside }) => sum + count * (inside > 0 ? inside : 1), 0);
}
