import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

describe("who has waited", () => {
  it("leaves nothing behind in the API, however the wait was over", () =>
    withApi({}, async ({ url, call, queue, awaitingStop }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t", run_id: "r" } });
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "u", run_id: "s" } });
      const hangUp = new AbortController();
      const waits = [
        ["/tasks/t", { Prefer: "wait=20" }],
        ["/tasks/t/events", {}],
        ["/runs/r/events", {}],
      ] as const;
      const requests = waits.flatMap(([path, headers]) =>
        Array.from({ length: 10 }, () =>
          fetch(url + path, { headers, signal: hangUp.signal }).then((response) => response.text()),
        ),
      );
      for (const request of requests) request.catch(() => {});
      await waitFor(() => awaitingStop() === 30, { description: "all of them wait" });
      // The time is up for one, another one hangs up, and a third one sees the end.
      await call("GET", "/tasks/t", { headers: { Prefer: "wait=1" } });
      const ended = call("GET", "/tasks/u", { headers: { Prefer: "wait=20" } });
      await queue.cancel("u");
      await ended;
      await call("POST", "/runs/s/cancel");
      await waitFor(() => awaitingStop() === 30, { description: "those that were answered wait no longer" });
      hangUp.abort();
      await waitFor(() => awaitingStop() === 0, { description: "nobody waits any more" });
      await Promise.allSettled(requests);
    }));

  it("is answered at once when the process stops", () =>
    withApi({}, async ({ call, stop, awaitingStop }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      const waiting = call("GET", "/tasks/t", { headers: { Prefer: "wait=20" } });
      await waitFor(() => awaitingStop() === 1, { description: "it waits" });
      stop();
      expect(await waiting).toMatchObject({ status: 200, body: { status: "queued" } });
    }));
});
