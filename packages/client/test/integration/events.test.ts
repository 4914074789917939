import { createClient, type RunEvent, type TaskEvent } from "@host-runner/client";
import { expect, it } from "@jest/globals";
import { parseTaskEvent } from "../../src/events.ts";
import { followEvents } from "../../src/follow-events.ts";
import { cut, events, json, problem, withAnswers } from "./with-answers.ts";

const output = (id: string, text: string) =>
  `event: output\nid: ${id}\ndata: ${JSON.stringify({ stream: "stdout", offset: 0, text, attempt: 1 })}\n\n`;
const end = 'event: end\nid: 1.end\ndata: {"status":"success","execution":1}\n\n';

async function collect<Event>(iterator: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of iterator) all.push(event);
  return all;
}

const textOf = (all: TaskEvent[]) => all.map((event) => (event.type === "output" ? event.text : "")).join("");

it("goes on after a cut where the last whole event was, and stops at the end", () =>
  withAnswers(
    [
      (response) => {
        // In the middle of an event, and of a character.
        const bytes = Buffer.from(output("1.1", "né") + output("1.2", "è"));
        events()(response, undefined as never);
        response.write(bytes.subarray(0, bytes.length - 6), () => response.destroy());
      },
      problem("queue_unavailable", 503),
      cut,
      events(output("1.2", "è"), ": alive\n\n", end, output("1.3", "never")),
    ],
    async ({ url, requests }) => {
      const all = await collect(createClient({ url }).events("t"));
      expect(textOf(all)).toBe("néè");
      expect(all.at(-1)).toMatchObject({ type: "end", status: "success", execution: 1 });
      expect(requests.map(({ headers }) => headers["last-event-id"])).toEqual([
        undefined,
        "1.1",
        "1.1",
        "1.1",
      ]);
    },
  ));

it("puts characters together that come in two pieces", () =>
  withAnswers(
    [
      (response) => {
        events()(response, undefined as never);
        const bytes = Buffer.from(output("1.1", "é") + end);
        const middle = bytes.indexOf(0xc3) + 1;
        response.write(bytes.subarray(0, middle), () =>
          setImmediate(() => response.write(bytes.subarray(middle))),
        );
      },
    ],
    async ({ url }) => expect(textOf(await collect(createClient({ url }).events("t")))).toBe("é"),
  ));

it("has nothing to tell where the end was seen before", () =>
  withAnswers([(response) => response.writeHead(204).end()], async ({ url, requests }) => {
    expect(await collect(createClient({ url }).events("t", { lastEventId: "1.end" }))).toEqual([]);
    expect(requests[0]!.headers["last-event-id"]).toBe("1.end");
  }));

it("passes over events that it does not know", () =>
  withAnswers([events("event: news\nid: 1.0\ndata: {}\n\n", end)], async ({ url }) => {
    expect(await collect(createClient({ url }).events("t"))).toMatchObject([{ type: "end" }]);
  }));

it("makes a connection anew that has fallen silent", () =>
  withAnswers([events(output("1.1", "a")), events(output("1.2", "b"), end)], async ({ url, requests }) => {
    const all = await collect(
      followEvents({
        open: (last, signal) => fetch(url, { signal, headers: { "Last-Event-ID": last ?? "" } }),
        parse: parseTaskEvent,
        signal: undefined,
        patienceMs: 10_000,
        silenceMs: 200,
        onRetry: undefined,
      }),
    );
    expect(textOf(all)).toBe("ab");
    expect(requests).toHaveLength(2);
  }));

it("gives up on a stream that is cut again and again without anything new", () =>
  withAnswers([(response) => response.writeHead(200).end(output("1.1", "again"))], async ({ url }) => {
    const following = collect(
      createClient({ url, followPatienceMs: 500 }).events("t", { lastEventId: "1.1" }),
    );
    await expect(following).rejects.toMatchObject({ code: "unreachable" });
  }));

it("closes the connection of a reader that stops, and rejects with the reason of its signal", () =>
  withAnswers([events(output("1.1", "a"))], async ({ url, requests }) => {
    const client = createClient({ url });
    for await (const _ of client.events("t")) break;
    const closed = new Promise((resolve) => requests[0]!.socket.once("close", resolve));
    await closed;
    const controller = new AbortController();
    const reason = new Error("enough");
    const following = (async () => {
      for await (const _ of client.events("t", { signal: controller.signal })) controller.abort(reason);
    })();
    await expect(following).rejects.toBe(reason);
  }));

it("run submits, and then follows the execution that this made", () =>
  withAnswers(
    [json({ task_id: "a/b", status: "queued", execution: 3 }, 202), events(output("3.1", "hi"), end)],
    async ({ url, requests }) => {
      const all = await collect(createClient({ url }).run({ prompt: "x", task_id: "a/b" }));
      expect(all.map(({ type }) => type)).toEqual(["status", "output", "end"]);
      expect(requests[1]!.url).toBe("/tasks/a%2Fb/events?execution=3");
    },
  ));

const ofRun = (task_id: string, status: string, more: object = {}) =>
  `event: status\ndata: ${JSON.stringify({ task_id, status, execution: 1, attempt: 1, ...more })}\n\n`;
const endOfRun = 'event: end\nid: end\ndata: {"counts":{"success":2}}\n\n';
const tellRun = (all: RunEvent[]) =>
  all.map((event) => (event.type === "status" ? `${event.task.task_id} ${event.task.status}` : event));

it("tells of a run without doubles, though each connection is told of all tasks again", () =>
  withAnswers(
    [
      events(ofRun("a", "running"), ofRun("b", "success"), ofRun("c", "queued").slice(0, -1)),
      cut,
      problem("queue_unavailable", 503),
      events(
        ...[ofRun("a", "running"), ofRun("b", "success"), "event: news\ndata: {}\n\n", ofRun("c", "running")],
        ...[ofRun("a", "success"), ofRun("b", "queued", { execution: 2 }), endOfRun, ofRun("a", "never")],
      ),
    ].map((answer, i) => (response, request) => {
      answer(response, request);
      if (i === 0) setTimeout(() => response.destroy(), 50);
    }),
    async ({ url, requests }) => {
      const all = await collect(createClient({ url }).runEvents("a/b"));
      expect(tellRun(all)).toEqual([
        ...["a running", "b success", "c running", "a success", "b queued"],
        { type: "end", counts: { success: 2 } },
      ]);
      expect(requests).toHaveLength(4);
      expect(requests.map(({ url, headers }) => [url, headers["last-event-id"]])).toEqual(
        requests.map(() => ["/runs/a%2Fb/events", undefined]),
      );
    },
  ));

it("gives up on a run that is cut again and again without anything new", () =>
  withAnswers([(response) => response.writeHead(200).end(ofRun("a", "running"))], async ({ url }) => {
    const following = collect(createClient({ url, followPatienceMs: 500 }).runEvents("r"));
    await expect(following).rejects.toMatchObject({ code: "unreachable" });
  }));
