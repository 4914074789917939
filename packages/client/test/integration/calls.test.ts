import { ClientError, createClient, isProblem, toClientError } from "@host-runner/client";
import { freePort } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { cut, json, problem, withAnswers } from "./with-answers.ts";

const task = { task_id: "t", status: "queued" };

/** What a call threw. */
const failureOf = (call: Promise<unknown>): Promise<ClientError> =>
  call.then(
    () => {
      throw new Error("the call went well");
    },
    (error) => error,
  );

describe("a call", () => {
  it("sends the token, and the submission as JSON", () =>
    withAnswers([json(task, 202)], async ({ url, requests }) => {
      await createClient({ url: `${url}/prefix/`, token: "s3cret" }).submit({ prompt: "é" });
      const [{ headers, ...request }] = requests as [(typeof requests)[0]];
      expect([request.method, request.url, request.body]).toEqual([
        "POST",
        "/prefix/tasks",
        '{"prompt":"é"}',
      ]);
      expect(headers).toMatchObject({ authorization: "Bearer s3cret", "content-type": "application/json" });
    }));

  it("names any task in an address, and refuses what none can name", () =>
    withAnswers([json(task)], async ({ url, requests }) => {
      const client = createClient({ url });
      for (const id of ["1", "a/b", "ü?#&", "100%"]) {
        await client.get(id);
        expect(decodeURIComponent(requests.at(-1)!.url!.slice("/tasks/".length))).toBe(id);
      }
      for (const id of ["", ".", "..", "\ud800"]) {
        expect(await failureOf(client.get(id))).toMatchObject({ code: "invalid" });
      }
      expect(requests).toHaveLength(4);
    }));

  it.each<[string, unknown, string, RegExp]>([
    ["NaN", { a: [1, Number.NaN] }, "metadata.a.1", /NaN is no JSON/],
    ["Infinity", Number.POSITIVE_INFINITY, "metadata", /Infinity is no JSON/],
    ["-0", { a: -0 }, "metadata.a", /-0 would become 0/],
    ["a bigint", { id: 2n ** 60n }, "metadata.id", /a bigint is no JSON: send it as a string/],
    ["a function", { a: () => 1 }, "metadata.a", /a function is no JSON/],
    ["undefined in a list", [undefined], "metadata.0", /undefined would become null/],
  ])("does not send %s, which JSON cannot say", (_, metadata, path, words) =>
    withAnswers([json(task)], async ({ url, requests }) => {
      const client = createClient({ url });
      const error = await failureOf(client.submit({ prompt: "x", metadata }));
      expect(error).toMatchObject({
        code: "invalid",
        errors: [{ path, message: expect.stringMatching(words) }],
      });
      const ofBatch = await failureOf(client.submitBatch([{ prompt: "x" }, { prompt: "y", metadata }]));
      expect(ofBatch.errors).toMatchObject([{ path: `tasks.1.${path}` }]);
      expect(requests).toHaveLength(0);
    }),
  );

  it("sends whatever JSON can say as it is", () =>
    withAnswers([json(task)], async ({ url, requests }) => {
      const shared = { a: 1 };
      const metadata = { at: new Date(0), absent: undefined, list: [null, shared, shared], "": { "": 1.5 } };
      await createClient({ url }).submit({ prompt: "x", metadata });
      expect(requests[0]?.body).toBe(JSON.stringify({ prompt: "x", metadata }));
    }));

  it("becomes an error with the problem's code, words, fields and status", () =>
    withAnswers(
      [problem("invalid", 422, { errors: [{ path: "prompt", message: "must not be empty" }] })],
      async ({ url }) => {
        const error = await failureOf(createClient({ url }).submit({ prompt: "" }));
        expect(error).toBeInstanceOf(ClientError);
        expect(error).toMatchObject({
          code: "invalid",
          status: 422,
          message: "it is invalid",
          errors: [{ path: "prompt", message: "must not be empty" }],
        });
      },
    ));

  it.each<[string, Parameters<typeof withAnswers>[0][0]]>([
    ["a page of a proxy", (response) => response.writeHead(404).end("<html>not here</html>")],
    ["a page with 200", (response) => response.end("<html>hello</html>")],
    ["a problem of somebody else", problem("elsewhere", 400, { type: "about:blank" })],
  ])("tells that it was %s and not host-runner that answered", (_, answer) =>
    withAnswers([answer], async ({ url }) => {
      const client = createClient({ url });
      expect(await failureOf(client.get("t"))).toMatchObject({ code: "unexpected_answer" });
      expect(await failureOf(client.metrics())).toMatchObject({ code: "unexpected_answer" });
    }),
  );

  it("says where nothing listens", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const error = await failureOf(createClient({ url, patienceMs: 0 }).workers());
    expect(error).toMatchObject({ code: "unreachable", neverArrived: true });
    expect(error.message).toBe(`cannot reach ${url}: nothing listens there`);
  });

  it("rejects with its signal's reason", () =>
    withAnswers([() => {}], async ({ url }) => {
      const controller = new AbortController();
      const asked = failureOf(createClient({ url }).get("t", { signal: controller.signal }));
      const reason = new Error("no longer wanted");
      controller.abort(reason);
      expect(await asked).toBe(reason);
    }));
});

describe("further tries", () => {
  it("send a submission again with the same key, once its answer was lost", () =>
    withAnswers([cut, problem("queue_unavailable", 503), json(task, 202)], async ({ url, requests }) => {
      expect(await createClient({ url }).submit({ prompt: "x" })).toEqual(task);
      const keys = requests.map(({ headers }) => headers["idempotency-key"]);
      expect(keys).toHaveLength(3);
      expect(new Set(keys).size).toBe(1);
      expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    }));

  it("tell of each before its pause, and honour Retry-After", () =>
    withAnswers(
      [problem("queue_full", 429, {}, { "Retry-After": "1" }), json({ workers: [] })],
      async ({ url }) => {
        const told: unknown[] = [];
        const onRetry = ({ error, delayMs }: { error: ClientError; delayMs: number }) =>
          told.push([error.code, delayMs]);
        await createClient({ url, onRetry }).workers();
        expect(told).toEqual([["queue_full", 1_000]]);
      },
    ));

  it.each<[string, (client: ReturnType<typeof createClient>) => Promise<unknown>]>([
    ["a rerun", (client) => client.rerun("t")],
    ["a batch", (client) => client.submitBatch([{ prompt: "x" }])],
  ])("never repeat %s whose answer was lost: it would run twice", (_, call) =>
    withAnswers([cut, json({ tasks: [] })], async ({ url, requests }) => {
      expect(await failureOf(call(createClient({ url })))).toMatchObject({ code: "unreachable" });
      expect(requests).toHaveLength(1);
    }),
  );

  it("are none for a refusal", () =>
    withAnswers([problem("conflict", 409)], async ({ url, requests }) => {
      expect(await failureOf(createClient({ url }).cancel("t"))).toMatchObject({ code: "conflict" });
      expect(requests).toHaveLength(1);
    }));

  it("end with the patience", () =>
    withAnswers([cut], async ({ url, requests }) => {
      const failure = failureOf(createClient({ url, patienceMs: 400 }).get("t"));
      expect(await failure).toMatchObject({ code: "unreachable" });
      expect(requests.length).toBeGreaterThan(1);
    }));
});

describe("a callback that is to be sent again", () => {
  const refusal = problem("conflict", 409);
  const owed = json({ ...task, callbacks: [{ state: "pending" }] }, 202);

  it("is on its way where the answer that said so was lost", () =>
    withAnswers([cut, refusal, owed], async ({ url, requests }) => {
      expect(await createClient({ url }).redeliver("t")).toMatchObject({ callbacks: [{ state: "pending" }] });
      const redeliver = "POST /tasks/t/callbacks/redeliver";
      expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
        redeliver,
        redeliver,
        "GET /tasks/t",
      ]);
    }));

  it("is refused where it was so before", () =>
    withAnswers([refusal], async ({ url, requests }) => {
      expect(await failureOf(createClient({ url }).redeliver("t"))).toMatchObject({ code: "conflict" });
      expect(requests).toHaveLength(1);
    }));

  it("is refused where there is none, however often it was asked for", () =>
    withAnswers([cut, refusal, json({ ...task, callbacks: null })], async ({ url }) => {
      expect(await failureOf(createClient({ url }).redeliver("t"))).toMatchObject({ code: "conflict" });
    }));
});

describe("waitFor", () => {
  it("asks again until the task has ended, and stays with the execution that it began with", () =>
    withAnswers(
      [
        json({ task_id: "t", status: "running", execution: 2 }),
        cut,
        json({ task_id: "t", status: "success", execution: 2 }),
      ],
      async ({ url, requests }) => {
        expect(await createClient({ url }).waitFor("t")).toMatchObject({ status: "success" });
        expect(requests.map(({ url }) => url)).toEqual([
          "/tasks/t",
          "/tasks/t?execution=2",
          "/tasks/t?execution=2",
        ]);
        expect(requests[0]!.headers.prefer).toMatch(/^wait=\d+$/);
      },
    ));
});

describe("a batch's answer", () => {
  it("is told apart into tasks and problems", () =>
    withAnswers(
      [
        json({
          tasks: [task, { type: "urn:host-runner:problem:conflict", status: 409, detail: "other content" }],
        }),
      ],
      async ({ url }) => {
        const [taken, refused] = await createClient({ url }).submitBatch([{ prompt: "a" }, { prompt: "b" }]);
        expect([isProblem(taken!), isProblem(refused!)]).toEqual([false, true]);
        expect(toClientError(refused!)).toMatchObject({ code: "conflict", message: "other content" });
      },
    ));
});
