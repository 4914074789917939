import type { OutputPiece, TaskEvent, TaskHandler, TaskQueue } from "@host-runner/queue";
import { startOfOutput } from "@host-runner/queue";
import { waitFor, withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { handlers, submission, withQueue, withQueueOn } from "./with-queue.ts";

type Write = ["stdout" | "stderr", string | Buffer];

/** A command that writes this, each when the one before has been taken. */
const writing =
  (...writes: Write[]): TaskHandler =>
  async (_task, _signal, output) => {
    const offsets = { stdout: 0, stderr: 0 };
    for (const [stream, text] of writes) {
      const bytes = Buffer.from(text);
      await output.write(stream, offsets[stream], bytes);
      offsets[stream] += bytes.length;
    }
    return handlers.succeed();
  };

async function follow(queue: TaskQueue, taskId: string, after = startOfOutput): Promise<TaskEvent[]> {
  const task = await waitFor(() => queue.find(taskId), { description: "the task is there" });
  const events: TaskEvent[] = [];
  for await (const event of queue.follow(task, { after, signal: AbortSignal.timeout(20_000) }))
    events.push(event);
  return events;
}

const textOf = (events: TaskEvent[], stream: string): string =>
  events
    .map((event) => (event.kind === "output" && event.piece.kind === "output" ? event.piece : null))
    .filter((piece) => piece?.stream === stream)
    .map((piece) => piece!.bytes.toString())
    .join("");

/** How far the pieces of a stream reach, with the gaps that are told of. Fails where they leave one out. */
function coveredBytes(events: TaskEvent[], stream: string): number {
  let position = 0;
  for (const event of events) {
    if (event.kind !== "output" || event.piece.stream !== stream) continue;
    const { piece } = event;
    const [from, to] =
      piece.kind === "gap" ? [piece.from, piece.to] : [piece.offset, piece.offset + piece.bytes.length];
    expect(from).toBe(position);
    position = to;
  }
  return position;
}

const summary = (stdoutBytes: number, stderrBytes: number) => ({
  ...{ stdout: "", stderr: "", stdoutBytes, stderrBytes, stdoutTruncated: true, stderrTruncated: true },
});

const kindsOf = (events: TaskEvent[]) => events.map(({ kind }) => kind);

describe("the output of a task", () => {
  it("is followed in order while it runs, and ends with the task", () =>
    withQueue(async ({ queue, consume }) => {
      await queue.submit(submission("t"));
      const followed = follow(queue, "t");
      await consume(writing(["stdout", "one\n"], ["stderr", "two\n"], ["stdout", "three\n"]));
      const events = await followed;
      expect(textOf(events, "stdout")).toBe("one\nthree\n");
      expect(textOf(events, "stderr")).toBe("two\n");
      expect(kindsOf(events).at(0)).toBe("status");
      expect(kindsOf(events).slice(-2)).toEqual(["status", "end"]);
      expect(events.at(-1)).toMatchObject({ task: { status: "success" } });
    }));

  it("needs no stream of its own where the record has all of it, and reads the same, from anywhere", () =>
    withQueue(async ({ queue, redis, name, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      const whole = { stdout: "a\nc\n", stderr: "b\n", stdoutBytes: 4, stderrBytes: 2 };
      const untruncated = { stdoutTruncated: false, stderrTruncated: false };
      await consume(async (...call) => {
        await writing(["stdout", "a\n"], ["stderr", "b\n"], ["stdout", "c\n"])(...call);
        return { ...(await handlers.succeed()), output: { ...whole, ...untruncated } };
      });
      const task = await whenStatus("t", "success");
      expect(await redis.exists(`{hr}.${name}:output:task-t@1`)).toBe(0);
      const pieces = await queue.output(task, startOfOutput, 1000);
      expect(
        pieces.map((piece) => (piece.kind === "output" ? `${piece.stream} ${piece.bytes}` : "gap")),
      ).toEqual(["stdout a\n", "stderr b\n", "stdout c\n"]);
      for (const [i, { after }] of pieces.entries()) {
        expect(await queue.output(task, after, 1000)).toEqual(pieces.slice(i + 1));
      }
      expect(await queue.outputEnd("task-t@1", 1000)).toEqual(pieces);
      expect(textOf(await follow(queue, "t"), "stdout")).toBe("a\nc\n");
    }));

  it("is the same for who comes after the end", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      await consume(writing(["stdout", "a"], ["stderr", "b"]));
      await whenStatus("t", "success");
      const events = await follow(queue, "t");
      expect([textOf(events, "stdout"), textOf(events, "stderr")]).toEqual(["a", "b"]);
    }));

  it("is read from its end as it is from its beginning", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const task = (await queue.submit(submission("t"))).task;
      const writes = Array.from(
        { length: 200 },
        (_, i): Write => [i % 7 ? "stdout" : "stderr", `${i}`.repeat(900)],
      );
      await consume(writing(...writes));
      await whenStatus("t", "success");
      const bytesOf = (pieces: OutputPiece[]) =>
        Buffer.concat(pieces.flatMap((piece) => (piece.kind === "output" ? [piece.bytes] : [])));
      const all = bytesOf(await queue.output(task, startOfOutput, 10_000_000));
      for (const maxBytes of [1, 100_000, all.length, 10_000_000]) {
        const pieces = await queue.outputEnd("task-t@1", maxBytes);
        const end = bytesOf(pieces);
        expect(end.length).toBeGreaterThanOrEqual(Math.min(maxBytes, all.length));
        expect(all.subarray(-end.length).equals(end)).toBe(true);
        const [first] = pieces;
        expect(first?.kind).toBe(end.length < all.length ? "gap" : "output");
      }
      expect(await queue.outputEnd("task-other@1", 1000)).toEqual([]);
    }));

  it("goes on from every position with no byte lost or doubled, a character that was cut included", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const text = "x".repeat(150_000) + "🙂é".repeat(20_000);
      const bytes = Buffer.from(text);
      const writes: Write[] = [];
      for (let i = 0; i < bytes.length; i += 4_099) writes.push(["stdout", bytes.subarray(i, i + 4_099)]);
      await queue.submit(submission("t"));
      await consume(writing(...writes));
      await whenStatus("t", "success");
      const events = await follow(queue, "t");
      expect(textOf(events, "stdout")).toBe(text);
      for (const event of events) {
        if (event.kind !== "output" || event.piece.kind !== "output") continue;
        const { after, bytes: piece, offset } = event.piece;
        expect(piece.toString()).not.toContain("\ufffd");
        const rest = textOf(await follow(queue, "t", after), "stdout");
        expect(rest).toBe(bytes.subarray(offset + piece.length).toString());
      }
    }));

  it("keeps its beginning and its end, and tells of the gap between", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      const lines = Array.from({ length: 100 }, (_, i) => `${String(i).padEnd(1023)}\n`);
      const gate = lines.map((line): Write => ["stdout", line]);
      await consume(
        async (task, _signal, output) => {
          let offset = 0;
          for (const [stream, line] of gate) {
            await output.write(stream, offset, Buffer.from(line));
            offset += line.length;
            // One by one, so that each is an entry.
            await waitFor(
              async () =>
                (await queue.output({ ...task, task_id: "t" } as never, startOfOutput, 1e9)).length > 0,
              {
                description: "it is stored",
              },
            );
          }
          return handlers.succeed();
        },
        { outputKeepBytes: 20 * 1024 },
      );
      await whenStatus("t", "success");
      const events = await follow(queue, "t");
      const pieces = events
        .map((event) => (event.kind === "output" ? event.piece : null))
        .filter((piece) => piece !== null);
      const gaps = pieces.filter((piece) => piece.kind === "gap");
      expect(gaps).toHaveLength(1);
      const kept = textOf(events, "stdout");
      expect(kept.startsWith(lines[0]!)).toBe(true);
      expect(kept.endsWith(lines[99]!)).toBe(true);
      expect(kept.length).toBeLessThanOrEqual(20 * 1024);
      const [gap] = gaps;
      if (gap?.kind === "gap") expect(kept.length + gap.to - gap.from).toBe(100 * 1024);
    }));

  it("begins anew with each attempt, and each is kept", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t", { max_attempts: 2, backoff_seconds: 0 }));
      await consume(async (task, signal, output) => {
        await writing(["stdout", `attempt ${task.attempt}`])(task, signal, output, () => {});
        return task.attempt === 1 ? handlers.fail() : handlers.succeed();
      });
      await whenStatus("t", "success");
      const events = await follow(queue, "t");
      expect(textOf(events, "stdout")).toBe("attempt 1attempt 2");
      const offsets = events.flatMap((event) =>
        event.kind === "output" && event.piece.kind === "output" ? [event.piece.offset] : [],
      );
      expect(offsets).toEqual([0, 0]);
    }));

  it("is not added to by a worker that has lost the task", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t"));
      let write = async (_: string) => {};
      await consume(async (task, signal, output) => {
        let offset = 0;
        write = async (text) => {
          await output.write("stdout", offset, Buffer.from(text));
          offset += text.length;
        };
        await write("mine");
        return handlers.hang(task, signal);
      });
      await whenStatus("t", "running");
      await waitFor(() => redis.exists(`{hr}.${name}:output:task-t@1`), { description: "it has written" });
      await redis.hincrby(`{hr}:${name}:task-t@1`, "ats", 1);
      await write(" and not mine");
      await queue.cancel("t");
      await waitFor(async () => (await redis.llen(`{hr}:${name}:active`)) === 1, { description: "it stays" });
      expect(await redis.xlen(`{hr}.${name}:output:task-t@1`)).toBe(1);
    }));

  it("waits for a Redis that is away in a bounded buffer, pauses the command, and is complete in the end", () =>
    withOwnRedis(({ url, pause, resume }) =>
      withQueueOn({ url, name: "q" }, async ({ queue, consume, whenStatus }) => {
        await queue.submit(submission("t"));
        const chunk = Buffer.alloc(256 * 1024, "x");
        let written = 0;
        let paused = false;
        await consume(
          async (_task, _signal, output) => {
            await output.write("stdout", 0, chunk);
            written = chunk.length;
            pause();
            while (!paused) {
              const taken = output.write("stdout", written, chunk);
              written += chunk.length;
              if (taken) {
                paused = true;
                await taken;
              }
            }
            return handlers.succeed();
          },
          { outputKeepBytes: 64 * 1024 * 1024 },
        );
        await waitFor(() => paused, { description: "the command is paused" });
        expect(written).toBeLessThan(8 * 1024 * 1024);
        resume();
        await whenStatus("t", "success");
        expect(textOf(await follow(queue, "t"), "stdout")).toHaveLength(written);
      }),
    ));

  it("of very many tiny pieces and a burst behind them is kept to its end, and its outcome recorded", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t"));
      const burst = Buffer.alloc(200 * 1024, "b");
      const pieces = 23_000;
      await consume(
        async (_task, _signal, output) => {
          for (let i = 0; i < pieces; i++)
            await output.write(i % 2 ? "stderr" : "stdout", i >> 1, Buffer.from("."));
          await output.write("stdout", pieces / 2, burst);
          return { ...(await handlers.succeed()), output: summary(pieces / 2 + burst.length, pieces / 2) };
        },
        { outputKeepBytes: 64 * 1024 },
      );
      const task = await whenStatus("t", "success");
      expect(task.message).toBe("mock execution completed");
      const events = await follow(queue, "t");
      const stdout = textOf(events, "stdout");
      expect(stdout.startsWith(".")).toBe(true);
      expect(stdout.endsWith("b".repeat(8 * 1024))).toBe(true);
      expect(await redis.xlen(`{hr}.${name}:output:task-t@1`)).toBeLessThan(9000);
      for (const stream of ["stdout", "stderr"] as const) {
        expect(coveredBytes(events, stream)).toBe(task[`${stream}_bytes`]);
      }
    }));

  it("never keeps more pieces than are cheap to keep, however tiny they are", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t"));
      await consume(async (_task, _signal, output) => {
        for (let i = 0; i < 40_000; i++)
          await output.write(i % 2 ? "stderr" : "stdout", i >> 1, Buffer.from("."));
        return { ...(await handlers.succeed()), output: summary(20_000, 20_000) };
      });
      await whenStatus("t", "success");
      expect(await redis.xlen(`{hr}.${name}:output:task-t@1`)).toBeLessThanOrEqual(8192);
      const events = await follow(queue, "t");
      expect([coveredBytes(events, "stdout"), coveredBytes(events, "stderr")]).toEqual([20_000, 20_000]);
    }));

  it.each([
    ["at once", 100],
    ["while the command runs", 2_000_000],
  ])("that cannot be stored costs the task nothing but that output, and the task says so: %s", (_, bytes) =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      // Something else stands where the output has to go.
      await redis.set(`{hr}.${name}:output:task-t@1`, "no stream");
      await queue.submit(submission("t"));
      await consume(async (_task, _signal, output) => {
        await output.write("stdout", 0, Buffer.alloc(bytes, "x"));
        return { ...(await handlers.succeed()), output: summary(bytes, 0) };
      });
      const task = await whenStatus("t", "success");
      expect(task).toMatchObject({
        message: "mock execution completed; the last of its output could not be stored",
        attempt: 1,
      });
      await redis.del(`{hr}.${name}:output:task-t@1`);
      const events = await follow(queue, "t");
      const gap = events.find((event) => event.kind === "output" && event.piece.kind === "gap");
      expect(gap).toMatchObject({ piece: { stream: "stdout", from: 0, to: bytes } });
    }),
  );

  it("ends for a follower, whoever ends the task", () =>
    withQueue(async ({ queue }) => {
      await queue.submit(submission("t"));
      const followed = follow(queue, "t");
      await queue.cancel("t");
      expect((await followed).at(-1)).toMatchObject({ kind: "end", task: { status: "canceled" } });
    }));
});
