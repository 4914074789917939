import type { StopSignal } from "@host-runner/contracts";
import { waitFor, withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { loadScript } from "../../src/run-script.ts";
import { createLog } from "./create-log.ts";
import { handlers, submission, withQueue, withQueueOn } from "./with-queue.ts";
import { withRoad } from "./with-road.ts";

const words = [
  "NOAUTH Authentication required.",
  "WRONGPASS invalid username-password pair or user is disabled.",
  "NOPERM this user has no permissions to run the 'evalsha' command",
  "READONLY You can't write against a read only replica.",
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "LOADING Redis is loading the dataset in memory",
  "OOM command not allowed when used memory > 'maxmemory'.",
  "MISCONF Errors writing to the AOF file: No space left on device",
  "NOREPLICAS Not enough good replicas to write.",
  "CLUSTERDOWN The cluster is down",
  "TRYAGAIN Multiple keys request during rehashing of slot",
  "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
];

/** As Redis 6.2 gives an error inside of a script. */
const inScript = (word: string) =>
  `ERR Error running script (call to f_0123): @user_script:17: @user_script: 17: -${word}`;

/** A handler that succeeds when it is told to, and counts its starts. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gate = { starts: 0, reasons: [] as unknown[], open: () => open(), handle };
  return gate;

  async function handle(_task: unknown, signal: StopSignal) {
    gate.starts += 1;
    signal.addEventListener("abort", () => gate.reasons.push(signal.reason));
    await opened;
    return handlers.succeed();
  }
}

const keepsOnFor = (ms: number) => {
  const until = performance.now() + ms;
  return waitFor(() => performance.now() > until, { timeoutMs: ms + 5000, description: `${ms} ms are over` });
};

describe("a Redis that refuses calls", () => {
  it(
    "for longer than the lease and the patience of the loop ends nothing, in any words: outcomes are recorded later",
    () =>
      withQueue(async ({ url, name, queue }) => {
        const all = words.flatMap((word, i) => [
          { word, form: (command: string[]) => (isHandshake(command) ? null : word), id: `plain-${i}` },
          {
            word,
            form: ([command = ""]: string[]) => (/^eval/i.test(command) ? inScript(word) : null),
            id: `script-${i}`,
          },
        ]);
        await Promise.all(
          all.map(({ word, form, id }) =>
            withRoad(url, (road) =>
              withQueueOn({ url, name: `${name}-${id}` }, async (own) => {
                const gate = createGate();
                const { log, lines } = createLog();
                const consumer = await own.consume(gate.handle, { redisUrl: road.url, leaseMs: 1000, log });
                let died = false;
                consumer.died.catch(() => {
                  died = true;
                });
                await own.queue.submit(submission("t"));
                await waitFor(() => gate.starts === 1, { description: "t runs" });
                road.refuse(form);
                await waitFor(() => consumer.problem()?.includes(word.split(" ")[0]!), {
                  description: `the worker says ${word}`,
                });
                expect(consumer.isConsuming()).toBe(false);
                gate.open();
                await keepsOnFor(17_000);
                expect(died).toBe(false);
                road.refuse(null);
                const task = await own.whenStatus("t", "success");
                expect(task).toMatchObject({ attempt: 1 });
                expect(gate).toMatchObject({ starts: 1, reasons: [] });
                await waitFor(() => consumer.isConsuming(), { description: "the worker takes tasks again" });
                const told = lines.filter((line) => line.includes("Redis refuses calls"));
                expect(told).toHaveLength(1);
                expect(told[0]).toContain(word.split(" ")[0]);
              }),
            ),
          ),
        );
        expect(await queue.find("t")).toBeNull();
      }),
    60_000,
  );

  it("answers callers of the API as unavailable, and says so once in the log", () =>
    withQueue(async ({ url, name, open }) =>
      withRoad(url, async (road) => {
        const { log, lines } = createLog();
        const queue = await open({ redisUrl: road.url, queue: name, log });
        await queue.submit(submission("t"));
        for (const word of words) {
          road.refuse(() => word);
          const unavailable = { code: "queue_unavailable", retryAfterSeconds: 1 };
          await expect(queue.submit(submission("u"))).rejects.toMatchObject(unavailable);
          await expect(queue.find("t")).rejects.toMatchObject(unavailable);
          await expect(queue.checkWritable()).rejects.toMatchObject(unavailable);
          road.refuse(null);
          await waitFor(() => queue.checkWritable().then(() => true), { description: "Redis is back" });
        }
        road.refuse(() => words[0]!);
        await waitFor(() => lines.some((line) => line.includes("NOAUTH")), { description: "the log tells" });
        road.refuse(null);
        await waitFor(() => lines.some((line) => line.includes("takes calls again")), {
          description: "the log tells of the end",
        });
      }),
    ));

  it("in the midst of a subscription's renewal costs no process its life, and no message", () =>
    withQueue(async ({ url, name, queue, consume }) =>
      withRoad(url, async (road) => {
        await queue.submit(submission("t"));
        const gate = createGate();
        await consume(gate.handle, { redisUrl: road.url, queue: name });
        await waitFor(() => gate.starts === 1, { description: "t runs" });
        let refused = 0;
        road.refuse(([command = ""]) => {
          if (!/^subscribe$/i.test(command)) return null;
          refused += 1;
          return "BUSY Redis is busy running a script.";
        });
        road.cut();
        await waitFor(() => refused > 1, { description: "the subscription is refused twice" });
        road.refuse(null);
        await queue.cancel("t");
        await waitFor(() => gate.reasons.length > 0, {
          description: "the worker hears of the cancel request",
        });
        gate.open();
      }),
    ));
});

/** Refused by a Redis that refuses all: the connection is never ready then. */
function isHandshake([command = ""]: string[]): boolean {
  return /^(hello|client|info|select|auth)$/i.test(command);
}

function withPassword(
  body: (test: {
    url: (password: string) => string;
    admin: ReturnType<Parameters<Parameters<typeof withOwnRedis>[0]>[0]["connect"]>;
    road: Parameters<Parameters<typeof withRoad>[1]>[0];
  }) => Promise<void>,
) {
  return withOwnRedis(({ url, connect }) =>
    withRoad(url, async (road) => {
      const admin = connect();
      await admin.call("ACL", "SETUSER", "worker", "on", ">right", "~*", "&*", "+@all");
      await body({
        admin,
        road,
        url: (password) => road.url.replace("redis://", `redis://worker:${password}@`),
      });
    }),
  );
}

describe("a password that changes", () => {
  it(
    "and returns after more than a lease drops no success and runs no command twice, and is in no log",
    () =>
      withPassword(({ url, admin, road }) =>
        withQueueOn({ url: url("right"), name: "q" }, async ({ queue, consume, whenStatus }) => {
          const gate = createGate();
          const { log, lines } = createLog();
          const consumer = await consume(gate.handle, { leaseMs: 1000, log });
          await queue.submit(submission("t"));
          await waitFor(() => gate.starts === 1, { description: "t runs" });
          await admin.call("ACL", "SETUSER", "worker", "resetpass", ">secret-new");
          road.cut();
          await waitFor(() => !consumer.isConsuming(), { description: "the worker is not ready" });
          gate.open();
          await keepsOnFor(3000);
          await admin.call("ACL", "SETUSER", "worker", "resetpass", ">right");
          expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
          expect(gate.starts).toBe(1);
          await waitFor(() => consumer.isConsuming(), { description: "the worker takes tasks again" });
          expect(lines.join("\n")).toContain("WRONGPASS");
          expect(lines.join("\n")).not.toContain("right");
        }),
      ),
    40_000,
  );

  it("is refused at the start, with what to do", () =>
    withPassword(({ url }) =>
      expect(withQueueOn({ url: url("wrong"), name: "q" }, async () => {})).rejects.toThrow(
        /Redis refuses access: WRONGPASS .*; check user and password in REDIS_URL/,
      ),
    ));
});

describe("a right that is missing", () => {
  it.each([
    [
      "-@write",
      /NOPERM the user of REDIS_URL may not run SET, .*HSET, .*give the user that right with ACL SETUSER/,
    ],
    ["-xadd", /may not run XADD on the queue's keys/],
    ["resetkeys", /NOPERM .* access one of the keys/],
    ["resetchannels", /may not run PUBLISH/],
    ["-evalsha -eval", /NOPERM/],
  ])("ends the start, and names the commands: %s", (rule, message) =>
    withPassword(async ({ url, admin }) => {
      await admin.call("ACL", "SETUSER", "worker", ...rule.split(" "));
      await withOwnQueue(url("right"), async ({ start }) => {
        await expect(start()).rejects.toThrow(message);
      });
    }),
  );

  it("is waited for once the worker runs", () =>
    withPassword(({ url, admin }) =>
      withQueueOn({ url: url("right"), name: "q" }, async ({ queue, consume, whenStatus }) => {
        const gate = createGate();
        const consumer = await consume(gate.handle, { leaseMs: 1000 });
        await queue.submit(submission("t"));
        await waitFor(() => gate.starts === 1, { description: "t runs" });
        await admin.call("ACL", "SETUSER", "worker", "-@write");
        await waitFor(() => consumer.problem()?.includes("NOPERM"), {
          description: "the worker is not ready",
        });
        await expect(queue.checkWritable()).rejects.toMatchObject({ code: "queue_unavailable" });
        await expect(queue.submit(submission("u"))).rejects.toMatchObject({ code: "queue_unavailable" });
        gate.open();
        await keepsOnFor(2500);
        await admin.call("ACL", "SETUSER", "worker", "+@all");
        expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
        expect(gate).toMatchObject({ starts: 1, reasons: [] });
      }),
    ));
});

async function withOwnQueue(
  url: string,
  body: (test: { start: () => Promise<unknown> }) => Promise<void>,
): Promise<void> {
  await body({ start: () => withQueueOn({ url, name: "q" }, async () => {}) });
}

describe("a master that becomes a replica", () => {
  it(
    "is left by a new connection, and its tasks go on when it is a master again",
    () =>
      withOwnRedis(({ url, connect }) =>
        withQueueOn({ url, name: "q" }, async ({ queue, consume, whenStatus }) => {
          const gate = createGate();
          await consume(gate.handle, { leaseMs: 1000 });
          await queue.submit(submission("t"));
          await waitFor(() => gate.starts === 1, { description: "t runs" });
          const admin = connect();
          const connections = async () =>
            String(await admin.client("LIST"))
              .match(/ id=\d+|^id=\d+/gm)
              ?.join(" ");
          const before = await connections();
          await admin.call("REPLICAOF", "127.0.0.1", "1");
          await waitFor(async () => (await connections()) !== before, { description: "a new connection" });
          gate.open();
          await keepsOnFor(2500);
          await admin.call("REPLICAOF", "NO", "ONE");
          expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
          expect(gate.starts).toBe(1);
        }),
      ),
    40_000,
  );
});

describe("a callback that is owed for a start and cannot be recorded", () => {
  it("costs the task nothing: its outcome is recorded", () =>
    withQueue(async ({ url, queue, consume, whenStatus }) =>
      withRoad(url, async (road) => {
        const { sha } = loadScript("start-attempt");
        road.refuse(([, script]) => (script === sha ? "ERR something is broken" : null));
        await consume(handlers.succeed, { redisUrl: road.url });
        await queue.submit(submission("t", { status_callback_url: "http://127.0.0.1:9/" }));
        expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
      }),
    ));
});
