import { get } from "node:http";
import type { Task } from "@host-runner/contracts";
import { waitFor, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { type TestApi, withApi, withApiOn } from "./with-api.ts";
import { type Write, withWorker } from "./with-worker.ts";

interface SentEvent {
  event: string;
  id: string;
  data: Record<string, unknown>;
}

/** The events up to the end, or as many as `count`. */
async function readEvents(api: Pick<TestApi, "url">, path: string, { lastId = "", count = Infinity } = {}) {
  const response = await fetch(api.url + path, { headers: lastId ? { "Last-Event-ID": lastId } : {} });
  const events: SentEvent[] = [];
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
      );
      if (fields.event) events.push({ event: fields.event, id: fields.id!, data: JSON.parse(fields.data!) });
      text = text.slice(end + 2);
      if (events.length >= count) return { response, events };
    }
  }
  return { response, events };
}

const outputOf = (events: SentEvent[]) =>
  events
    .filter(({ event }) => event === "output")
    .map(({ data }) => data.text)
    .join("");

const lines = (n: number) => Array.from({ length: n }, (_, i) => `line ${i} é\n`);

async function writeLines(output: Parameters<Write>[0], n: number): Promise<void> {
  let offset = 0;
  for (const line of lines(n)) {
    await output.write("stdout", offset, Buffer.from(line));
    offset += Buffer.byteLength(line);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("GET /tasks/{id}/events", () => {
  it("sends status, output and end, each with an id", () =>
    withApi({}, async (api) => {
      await api.call("POST", "/tasks", { body: { prompt: "hi", task_id: "a/b" } });
      const reading = readEvents(api, "/tasks/a%2Fb/events");
      await withWorker(
        api,
        (output) => writeLines(output, 3),
        async () => {
          const { response, events } = await reading;
          expect(response.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
          expect(events[0]).toMatchObject({ event: "status", data: { task_id: "a/b", status: "queued" } });
          expect(events[0]?.data).not.toHaveProperty("stdout");
          expect(outputOf(events)).toBe(lines(3).join(""));
          expect(events.at(-1)).toMatchObject({ event: "end", data: { status: "success", execution: 1 } });
          expect(events.every(({ id }) => /^1\./.test(id))).toBe(true);
        },
      );
    }));

  it(
    "goes on from Last-Event-ID with no byte lost or doubled, at another API process, after a rerun too",
    () =>
      withRedis((redis) =>
        withApiOn(redis, {}, (api) =>
          withApiOn(redis, {}, async (other) => {
            await api.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
            await withWorker(
              { ...redis, redisUrl: redis.url },
              (output) => writeLines(output, 200),
              async () => {
                let read = "";
                let lastId = "";
                for (let cut = 3; ; cut = 7) {
                  const { events } = await readEvents(cut % 2 ? api : other, "/tasks/t/events", {
                    lastId,
                    count: cut,
                  });
                  read += outputOf(events);
                  lastId = events.at(-1)!.id;
                  if (events.at(-1)?.event === "end") break;
                  if (cut === 3)
                    await waitFor(
                      () => api.call("POST", "/tasks/t/rerun").then(({ status }) => status === 202),
                      { description: "it is rerun" },
                    );
                }
                expect(read).toBe(lines(200).join(""));
                // The end has been seen: there is nothing to come back for.
                const again = await fetch(`${api.url}/tasks/t/events`, {
                  headers: { "Last-Event-ID": lastId },
                });
                expect(again.status).toBe(204);
              },
            );
          }),
        ),
      ),
    60_000,
  );

  it("ends when the process stops, to be gone on with elsewhere", () =>
    withApi({}, async (api) => {
      await api.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      const reading = readEvents(api, "/tasks/t/events");
      await waitFor(
        async () => Number((await api.redis.pubsub("NUMSUB", `{hr}.${api.name}:output:task-t@1`))[1]) > 0,
        {
          description: "it is being followed",
        },
      );
      api.stop();
      expect((await reading).events.map(({ event }) => event)).toEqual(["status"]);
    }));

  it("of a reader that does not read costs a bounded buffer, and the rest is there when it reads on", () =>
    withApi({}, async (api) => {
      await api.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      const chunk = Buffer.alloc(64 * 1024, "x");
      const write: Write = async (output) => {
        for (let i = 0; i < 15; i++) await output.write("stdout", i * chunk.length, chunk);
      };
      await withWorker(api, write, async () => {
        await waitFor(async () => (await api.call("GET", "/tasks/t")).body.status === "success", {
          description: "it has ended",
        });
        const received = await new Promise<number>((resolve, reject) => {
          get(`${api.url}/tasks/t/events`, { highWaterMark: 1024 } as never, (response) => {
            response.pause();
            setTimeout(() => {
              let bytes = 0;
              response.on("data", (data: Buffer) => {
                bytes += data.length;
              });
              response.on("end", () => resolve(bytes));
              response.resume();
            }, 300);
          }).on("error", reject);
        });
        expect(received).toBeGreaterThan(15 * chunk.length);
      });
    }));

  it("refuses an id that is none, and an unknown task", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      expect((await call("GET", "/tasks/t/events", { headers: { "Last-Event-ID": "7" } })).status).toBe(422);
      expect((await call("GET", "/tasks/x/events")).status).toBe(404);
    }));
});

describe("GET /tasks/{id}/output", () => {
  it("answers the bytes, of both streams or one, from an offset, or the last lines", () =>
    withApi({}, async (api) => {
      await api.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      const write: Write = async (output) => {
        await output.write("stdout", 0, Buffer.from("one\ntwo\n"));
        await output.write("stderr", 0, Buffer.from("problem\n"));
        await output.write("stdout", 8, Buffer.from("three"));
      };
      await withWorker(api, write, async () => {
        await waitFor(async () => (await api.call("GET", "/tasks/t")).body.status === "success", {
          description: "it has ended",
        });
        const read = async (query: string) => {
          const { headers, body } = await api.call("GET", `/tasks/t/output?${query}`);
          return [body, headers.get("X-Output-Offset")];
        };
        expect(await read("")).toEqual(["one\ntwo\nproblem\nthree", "0"]);
        expect(await read("stream=stdout")).toEqual(["one\ntwo\nthree", "0"]);
        expect(await read("stream=stderr")).toEqual(["problem\n", "0"]);
        expect(await read("stream=stdout&from=4")).toEqual(["two\nthree", "4"]);
        expect(await read("stream=stdout&from=9")).toEqual(["hree", "9"]);
        expect(await read("stream=stdout&tail=2")).toEqual(["two\nthree", "4"]);
        expect(await read("stream=stdout&tail=0")).toEqual(["", "13"]);
      });
    }));

  it("refuses what makes no sense", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      for (const query of ["stream=x", "from=1", "from=-1&stream=stdout", "tail=x"]) {
        expect((await call("GET", `/tasks/t/output?${query}`)).status).toBe(422);
      }
      expect((await call("GET", "/tasks/t/output")).body as unknown as Task | string).toBe("");
    }));
});

describe("the events of a run", () => {
  const submit = ({ call }: TestApi, task_id: string, fields: object = { run_id: "r" }) =>
    call("POST", "/tasks", { body: { task_id, prompt: "hi", ...fields } });
  const told = (events: SentEvent[]) =>
    events.map(({ event, data }) => `${event} ${data.task_id} ${data.status}`);

  it("tell the status of each task now and at each change, of those too that come later, and the end", () =>
    withApi({}, async (api) => {
      await submit(api, "a");
      await submit(api, "b");
      await submit(api, "elsewhere", { run_id: "s" });
      const reading = readEvents(api, "/runs/r/events");
      const other = readEvents(api, "/runs/s/events", { count: 1 });
      await other;
      await submit(api, "c");
      await api.call("POST", "/tasks/b/cancel");
      await withWorker(
        api,
        async () => {},
        async () => {
          const { response, events } = await reading;
          expect(response.headers.get("Content-Type")).toMatch(/^text\/event-stream/);
          expect(events.at(-1)).toMatchObject({
            event: "end",
            id: "end",
            data: { counts: { queued: 0, running: 0, success: 2, failed: 0, canceled: 1 } },
          });
          const lines = told(events.slice(0, -1));
          for (const line of [
            "status a queued",
            "status b queued",
            "status b canceled",
            "status a success",
            "status c success",
          ]) {
            expect(lines.filter((other) => other === line)).toHaveLength(1);
          }
          expect(lines.filter((line) => line.includes("elsewhere"))).toEqual([]);
          expect(events[0]?.data).not.toHaveProperty("stdout");
        },
      );
    }));

  it("follow a task that was submitted without a run through its rerun", () =>
    withApi({}, async (api) => {
      await submit(api, "lonely", {});
      await api.call("POST", "/tasks/lonely/cancel");
      const { events } = await readEvents(api, "/runs/task-lonely/events");
      expect(told(events)).toEqual(["status lonely canceled", "end undefined undefined"]);
      await submit(api, "lonely", {});
      const reading = readEvents(api, "/runs/task-lonely/events");
      await readEvents(api, "/runs/task-lonely/events", { count: 1 });
      await api.call("POST", "/tasks/lonely/cancel");
      expect(told((await reading).events)).toEqual([
        "status lonely queued",
        "status lonely canceled",
        "end undefined undefined",
      ]);
    }));

  it("are over, with 204, for who has seen the end, until something of the run begins again", () =>
    withApi({}, async (api) => {
      await submit(api, "a");
      await api.call("POST", "/tasks/a/cancel");
      const headers = { "Last-Event-ID": "end" };
      expect((await fetch(`${api.url}/runs/r/events`, { headers })).status).toBe(204);
      await submit(api, "b");
      const { events } = await readEvents(api, "/runs/r/events", { lastId: "end", count: 2 });
      expect(told(events).sort()).toEqual(["status a canceled", "status b queued"]);
    }));

  it("are refused for a run that is not known", () =>
    withApi({}, async ({ call }) => {
      expect(await call("GET", "/runs/none/events")).toMatchObject({
        status: 404,
        body: { detail: "run none not found" },
      });
    }));
});
