import { get, type IncomingMessage } from "node:http";
import type { OutputPart, TaskQueue } from "@host-runner/queue";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { type TestApi, withApi, withApiOver } from "./with-api.ts";
import { type Write, withWorker } from "./with-worker.ts";

const MB = 1024 * 1024;
const BLOCK = 64 * 1024;

/** A line of 64 KiB with its number in front. */
const block = (number: number) => Buffer.from(`${number} `.padEnd(BLOCK - 1, "x").concat("\n"));

const writeBlocks =
  (count: number, makeBlock = block): Write =>
  async (output) => {
    for (let i = 0; i < count; i++) await output.write("stdout", i * BLOCK, makeBlock(i));
  };

/** A task that wrote so, and has ended, and what is read of it. */
function withOutput(
  write: Write,
  body: (api: TestApi & { read: ReturnType<typeof watch> }) => Promise<void>,
  keepBytes = 64 * MB,
) {
  return withApi({}, async (api) => {
    await api.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
    await withWorker(
      api,
      write,
      async () => {
        await waitFor(async () => (await api.call("GET", "/tasks/t")).body.status === "success", {
          description: "it has ended",
        });
      },
      { outputKeepBytes: keepBytes },
    );
    const read = watch(api.queue);
    await withApiOver(read.queue, {}, (over) => body({ ...api, ...over, read }));
  });
}

/** Counts the bytes of output that are read from Redis. */
function watch(queue: TaskQueue) {
  const read = {
    bytes: 0,
    largest: 0,
    queue: {
      ...queue,
      async output(...call: Parameters<TaskQueue["output"]>) {
        const pieces = await queue.output(...call);
        count(pieces);
        return pieces;
      },
      async *outputBackwards(task: Parameters<TaskQueue["outputBackwards"]>[0]) {
        for await (const part of queue.outputBackwards(task)) {
          count([part]);
          yield part;
        }
      },
    },
  };
  const count = (parts: OutputPart[]) => {
    const bytes = parts.reduce((sum, part) => sum + (part.kind === "output" ? part.bytes.length : 0), 0);
    read.bytes += bytes;
    read.largest = Math.max(read.largest, bytes);
  };
  return read;
}

describe("a large output", () => {
  it("is sent as it is read, in two passes, and no faster than the client reads", () =>
    withOutput(writeBlocks(640), async ({ url, read }) => {
      const size = 640 * BLOCK;
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        get(`${url}/tasks/t/output?stream=stdout&from=10`, resolve).on("error", reject),
      );
      expect(response.headers).toMatchObject({ "x-output-offset": "10", "content-length": `${size - 10}` });
      let before = -1;
      await waitFor(
        async () => {
          const isSettled = read.bytes === before;
          before = read.bytes;
          await new Promise((resolve) => setTimeout(resolve, 200));
          return isSettled;
        },
        { description: "nothing more is read for a client that does not read" },
      );
      // The kernel holds some megabytes of it for the client.
      expect(read.bytes - size).toBeLessThan(size / 2);
      const bytes = Buffer.concat(await response.toArray());
      const all = Buffer.concat(Array.from({ length: 640 }, (_, i) => block(i)));
      expect(bytes.equals(all.subarray(10))).toBe(true);
      expect(read.bytes).toBe(2 * size);
      expect(read.largest).toBeLessThanOrEqual(5 * MB);
    }));

  it("has its gap in the headers", () =>
    withOutput(
      writeBlocks(640),
      async ({ call }) => {
        const { headers, body } = await call("GET", "/tasks/t/output");
        const [, from, to] = /^stdout (\d+)-(\d+)$/.exec(headers.get("X-Output-Gap") ?? "")!.map(Number);
        expect((body as unknown as string).length).toBe(640 * BLOCK - (to! - from!));
        expect(headers.get("Content-Length")).toBe(String(640 * BLOCK - (to! - from!)));
        expect(String(body).startsWith("0 x")).toBe(true);
        expect(String(body).slice(from, from! + 20)).toMatch(new RegExp(`^${to! / BLOCK} x`));
      },
      8 * MB,
    ));

  it("is cut where a part of it is gone between the two passes", () =>
    withOutput(writeBlocks(128), async ({ queue, url }) => {
      let passes = 0;
      const moving: TaskQueue = {
        ...queue,
        async output(task, after, maxBytes) {
          if (after.entry === 0) passes += 1;
          if (passes < 2 || after.stdout < 2 * MB || after.stdout > 3 * MB)
            return queue.output(task, after, maxBytes);
          const [next] = await queue.output(task, { ...after, entry: after.entry + 10 }, BLOCK);
          return [next!];
        },
      };
      await withApiOver(moving, {}, async ({ url: over }) => {
        await expect(fetch(`${over}/tasks/t/output`).then((response) => response.text())).rejects.toThrow();
      });
      expect((await (await fetch(`${url}/tasks/t/output`)).text()).length).toBe(128 * BLOCK);
    }));

  it("is measured alone for HEAD", () =>
    withOutput(writeBlocks(128), async ({ url, read }) => {
      const response = await fetch(`${url}/tasks/t/output`, { method: "HEAD" });
      expect(response.headers.get("Content-Length")).toBe(String(128 * BLOCK));
      expect(read.bytes).toBeLessThanOrEqual(128 * BLOCK + 2 * MB);
    }));
});

describe("the last lines of a large output", () => {
  it("are read from its end", () =>
    withOutput(writeBlocks(640), async ({ call, read }) => {
      const { headers, body } = await call("GET", "/tasks/t/output?tail=3");
      expect(body).toBe([637, 638, 639].map((i) => block(i).toString()).join(""));
      expect(headers.get("X-Output-Offset")).toBe(String(637 * BLOCK));
      expect(read.bytes).toBeLessThanOrEqual(5 * BLOCK);
    }));

  it("are 4 MiB at most, as where it has no newlines", () =>
    withOutput(
      writeBlocks(320, () => Buffer.alloc(BLOCK, "x")),
      async ({ call, read }) => {
        const { headers, body } = await call("GET", "/tasks/t/output?tail=10");
        expect(String(body)).toHaveLength(4 * MB);
        expect(headers.get("X-Output-Offset")).toBe(String(320 * BLOCK - 4 * MB));
        expect(read.bytes).toBeLessThanOrEqual(5 * MB);
      },
    ));

  it("of one stream are found before much that the other one has", () =>
    withOutput(
      async (output, ...more) => {
        await output.write("stderr", 0, Buffer.from("first\nlast\n"));
        await writeBlocks(640)(output, ...more);
      },
      async ({ call, read }) => {
        const { headers, body } = await call("GET", "/tasks/t/output?tail=1&stream=stderr");
        expect([body, headers.get("X-Output-Offset")]).toEqual(["last\n", "6"]);
        expect(read.largest).toBeLessThanOrEqual(BLOCK);
      },
    ));

  it("are told with the gap between them, and with an end that is not kept", () =>
    withOutput(
      async (output) => {
        for (let i = 0; i < 200; i++) {
          await output.write("stdout", i * 1024, Buffer.from(`${i}`.padEnd(1023).concat("\n")));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        const whole = {
          stdout: "",
          stderr: "",
          stderrBytes: 0,
          stdoutTruncated: true,
          stderrTruncated: false,
        };
        return { output: { ...whole, stdoutBytes: 300 * 1024 } };
      },
      async ({ call }) => {
        const all = await call("GET", "/tasks/t/output?stream=stdout");
        expect(all.headers.get("X-Output-Gap")).toMatch(/^stdout \d+-\d+, stdout 204800-307200$/);
        const some = await call("GET", "/tasks/t/output?stream=stdout&tail=3");
        expect(some.headers.get("X-Output-Gap")).toBe("stdout 204800-307200");
        expect(some.headers.get("X-Output-Offset")).toBe(String(197 * 1024));
        const many = await call("GET", "/tasks/t/output?stream=stdout&tail=1000");
        expect(many.headers.get("X-Output-Gap")).toBe(all.headers.get("X-Output-Gap"));
        expect(many.body).toBe(all.body);
      },
      64 * 1024,
    ));
});
