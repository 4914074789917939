import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { type Problem, problemSchema } from "@host-runner/contracts";
import { waitFor, withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { type Answer, withApi, withApiOn } from "./with-api.ts";

function expectProblem({ status, headers, body }: Answer, expected: number, detail: RegExp): void {
  expect(headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.strict().parse(body);
  expect({ status, inBody: problem.status }).toEqual({ status: expected, inBody: expected });
  expect(problem.detail).toMatch(detail);
}

describe("a refusal", () => {
  it("of a body that is no JSON is 400", () =>
    withApi({}, async ({ call }) => {
      expectProblem(await call("POST", "/tasks", { body: "{" }), 400, /the body is not JSON/);
      expectProblem(await call("POST", "/tasks", { body: "" }), 400, /the body is empty/);
    }));

  it("of a body that is no UTF-8 is 400, rather than another prompt than was sent", () =>
    withApi({}, async ({ url }) => {
      const response = await fetch(`${url}/tasks`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: Buffer.from('{"prompt":"\xff"}', "latin1"),
      });
      expect(response.status).toBe(400);
    }));

  it("of a body that is cut off stands in the log, and makes no task", () =>
    withApi({}, async ({ url, call, log }) => {
      const headers = { "Content-Type": "application/json", "Content-Length": 100 };
      const cut = request(`${url}/tasks`, { method: "POST", headers });
      cut.on("error", () => {});
      cut.write('{"prompt":"hi"}', () => cut.destroy());
      await waitFor(() => log.some((line) => line.includes("POST /tasks 400")), {
        description: "the refusal is logged",
      });
      expect((await call("GET", "/tasks")).body).toMatchObject({ tasks: [] });
    }));

  it("of a path that cannot be decoded is 400", () =>
    withApi({}, async ({ call }) => expectProblem(await call("GET", "/tasks/%ff"), 400, /decode/)));

  it("of an unknown task is 404 and names it", () =>
    withApi({}, async ({ call }) => {
      const calls: [string, string][] = [
        ["GET", "/tasks/a%2Fb"],
        ["GET", "/tasks/a%2Fb/executions"],
        ["POST", "/tasks/a%2Fb/cancel"],
        ["POST", "/tasks/a%2Fb/rerun"],
      ];
      for (const [method, path] of calls) {
        const answer = await call(method, path);
        expectProblem(answer, 404, /^task a\/b not found$/);
        expect(answer.body.instance).toBe(path);
      }
    }));

  it("of an unknown path is 404", () =>
    withApi({}, async ({ call }) =>
      expectProblem(await call("GET", "/nope?x=1"), 404, /^there is no \/nope$/),
    ));

  it("of a method that a path does not have is 405 and names those that it has", () =>
    withApi({}, async ({ call }) => {
      const calls: [string, string, string][] = [
        ["DELETE", "/tasks", "GET, POST"],
        ["DELETE", "/tasks/t", "GET"],
        ["GET", "/tasks/t/cancel", "POST"],
        ["GET", "/tasks/t/rerun", "POST"],
        ["POST", "/tasks/t/executions", "GET"],
        ["POST", "/health", "GET"],
        ["POST", "/healthz", "GET"],
        ["POST", "/readyz", "GET"],
      ];
      for (const [method, path, allowed] of calls) {
        const answer = await call(method, path);
        expectProblem(answer, 405, /is not possible here/);
        expect(answer.headers.get("Allow")).toBe(allowed);
      }
    }));

  it("of a body beyond the limit is 413", () =>
    withApi({ maxPromptBytes: 10 }, async ({ call }) => {
      const body = { prompt: "hi", handoff_context: "x".repeat(300_000) };
      expectProblem(await call("POST", "/tasks", { body }), 413, /too large/);
    }));

  it("of a body that is not said to be JSON is 415", () =>
    withApi({}, async ({ call }) => {
      const answer = await call("POST", "/tasks", { body: "{}", headers: { "Content-Type": "text/plain" } });
      expectProblem(answer, 415, /send Content-Type: application\/json, not text\/plain/);
    }));

  it("of an invalid submission is 422 and names each field", () =>
    withApi({ maxPromptBytes: 10 }, async ({ call }) => {
      const answer = await call("POST", "/tasks", {
        body: { prompt: "more than ten", task_id: 1, pool: "x" },
      });
      expectProblem(answer, 422, /task_id.*pool/);
      expect(answer.body.errors?.map(({ path }) => path)).toEqual(["task_id", "prompt", "pool"]);
      const tooLong = await call("POST", "/tasks", { body: { prompt: "more than ten" } });
      expectProblem(tooLong, 422, /prompt: has 13 bytes, at most 10 are taken/);
    }));

  it("of what would be kept as something else than was sent is 422 at every door", () =>
    withApi({}, async ({ call, url }) => {
      const text =
        '{"prompt":"hi","task_id":"t","metadata":{"n":9007199254740993,"z":[-0,1e400],"d":1,"d":2},"labels":{"__proto__":"x"}}';
      const paths = ["metadata.n", "metadata.z.0", "metadata.z.1", "metadata.d", "labels.__proto__"];
      for (const path of ["/tasks", "/tasks/submit"]) {
        const answer = await call("POST", path, { body: text });
        expectProblem(answer, 422, /metadata\.n: is a whole number beyond 2\^53 - 1/);
        expect(answer.body.errors?.map(({ path }) => path)).toEqual(paths);
      }
      const batch = await call("POST", "/tasks/batch", { body: `{"tasks":[{"prompt":"fine"},${text}]}` });
      const { tasks } = batch.body as unknown as { tasks: Problem[] };
      expect(tasks[0]).toMatchObject({ status: "queued" });
      expect(tasks[1]?.errors?.map(({ path }) => path)).toEqual(paths);
      const many = Array.from({ length: 600 }, (_, i) => `{"prompt":"p${i}","metadata":[-0,-0]}`);
      const refused = await call("POST", "/tasks/batch", { body: `{"tasks":[${many}]}` });
      expectProblem(refused, 422, /tasks\.0\.metadata\.0: would become 0/);
      const twice = await call("POST", "/tasks/batch", { body: '{"tasks":[{"prompt":"x"}],"tasks":[]}' });
      expectProblem(twice, 422, /tasks: stands more than once/);
      // A body without a length, and one that is compressed, are read in another way.
      const sent: RequestInit[] = [
        { body: new Blob([text]).stream(), duplex: "half" } as RequestInit,
        { body: gzipSync(text), headers: { "Content-Encoding": "gzip" } },
      ];
      for (const { headers, ...init } of sent) {
        const response = await fetch(`${url}/tasks`, {
          ...init,
          method: "POST",
          headers: { "Content-Type": "application/json", ...(headers as object) },
        });
        expect(response.status).toBe(422);
      }
      expect((await call("GET", "/tasks")).body).toMatchObject({ tasks: [{ metadata: null }] });
    }));

  it("of JSON in another encoding is 415", () =>
    withApi({}, async ({ call }) => {
      const as = (type: string) =>
        call("POST", "/tasks", { body: '{"prompt":"hi"}', headers: { "Content-Type": type } });
      expectProblem(await as("application/json; charset=latin1"), 415, /send JSON in UTF-8, not in latin1/);
      expect((await as('application/json; charset="UTF-8"')).status).toBe(202);
    }));

  it("of an Idempotency-Key that stood for another body, or is none, is 422", () =>
    withApi({}, async ({ call }) => {
      const submit = (prompt: string, key: string) =>
        call("POST", "/tasks", { body: { prompt }, headers: { "Idempotency-Key": key } });
      await submit("hi", "k");
      expectProblem(await submit("ho", "k"), 422, /used with another body/);
      expectProblem(await submit("hi", "x".repeat(256)), 422, /Idempotency-Key/);
    }));

  it("of a submission beyond the limit of waiting tasks is 429 and says when to try again", () =>
    withApi({ maxQueued: 1 }, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi" } });
      const answer = await call("POST", "/tasks", { body: { prompt: "hi" } });
      expectProblem(answer, 429, /1 tasks are waiting/);
      expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    }));

  it("by a fault of host-runner is 500, tells no internals, and its id is in the log", () =>
    withApi({}, async ({ call, redis, name, log }) => {
      await redis.set(`{hr}:${name}:task-t@1`, "not a hash");
      const answer = await call("GET", "/tasks/t");
      expectProblem(answer, 500, /something failed inside host-runner/);
      expect(JSON.stringify(answer.body)).not.toMatch(/WRONGTYPE/);
      const id = answer.headers.get("X-Request-Id")!;
      expect(answer.body.detail).toContain(id);
      expect(log.some((line) => line.includes(id) && line.includes("WRONGTYPE"))).toBe(true);
    }));
});

describe("while it stops", () => {
  it("the API lives, and is not ready", () =>
    withApi({}, async ({ call, stop }) => {
      expect((await call("GET", "/readyz")).status).toBe(200);
      stop();
      expectProblem(await call("GET", "/readyz"), 503, /this API is stopping/);
      expect((await call("GET", "/healthz")).status).toBe(200);
    }));
});

describe("while Redis is away", () => {
  const calls: [string, string, object?][] = [
    ["POST", "/tasks", { prompt: "hi", task_id: "t" }],
    ["POST", "/tasks/submit", { prompt: "hi", task_id: "t" }],
    ["POST", "/tasks/batch", { tasks: [{ prompt: "hi", task_id: "t" }] }],
    ["GET", "/tasks"],
    ["GET", "/tasks/before"],
    ["GET", "/tasks/before/executions"],
    ["GET", "/tasks/before/events"],
    ["GET", "/tasks/before/output"],
    ["GET", "/runs/task-before"],
    ["POST", "/runs/task-before/cancel"],
    ["GET", "/workers"],
    ["POST", "/tasks/before/cancel"],
    ["POST", "/tasks/before/rerun"],
    ["GET", "/readyz"],
  ];

  it.each(["stopped", "hanging"])("and %s, every call is 503 within 2 s, and works again after it", (how) =>
    withOwnRedis((redis) =>
      withApiOn({ url: redis.url, name: "away" }, {}, async ({ call }) => {
        await call("POST", "/tasks", { body: { prompt: "hi", task_id: "before" } });
        if (how === "stopped") await redis.stop();
        else redis.pause();
        await Promise.all(
          calls.map(async ([method, path, body]) => {
            const start = performance.now();
            const answer = await call(method, path, body ? { body } : {});
            expect(performance.now() - start).toBeLessThan(2000);
            expectProblem(answer, 503, /Redis is unavailable/);
            expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
          }),
        );
        expect((await call("GET", "/health")).status).toBe(200);
        if (how === "stopped") await redis.restart();
        else redis.resume();
        for (;;) {
          const { status } = await call("GET", "/readyz");
          if (status === 200) break;
        }
        expect((await call("GET", "/tasks/before")).status).toBe(200);
      }),
    ),
  );
});

describe("without tokens", () => {
  it("web pages of other sites are refused, however they reach the API", () =>
    withApi({}, async ({ url, call }) => {
      const crossSite = await call("POST", "/tasks/t/cancel", {
        headers: { "Sec-Fetch-Site": "cross-site" },
      });
      expectProblem(crossSite, 403, /other web sites/);
      expect(await statusWithHost(url, "rebound.example.com")).toBe(403);
    }));

  it("web pages of other sites are refused where browsers tell of them by Origin alone, as on a LAN", () =>
    withApi({}, async ({ url, call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      for (const origin of ["http://evil.example", "http://192.168.1.5:8080", "null"]) {
        for (const path of ["/tasks/t/cancel", "/tasks/t/rerun", "/runs/task-t/cancel"]) {
          const answer = await call("POST", path, { headers: { Origin: origin } });
          expectProblem(answer, 403, /other web sites are refused/);
        }
        expect((await call("GET", "/tasks/t", { headers: { Origin: origin } })).status).toBe(403);
      }
      expect((await call("GET", "/tasks/t")).body.status).toBe("queued");
      const own = await call("POST", "/tasks/t/cancel", { headers: { Origin: url } });
      expect(own).toMatchObject({ status: 200, body: { status: "canceled" } });
    }));

  it.each(["localhost:1", "127.0.0.1", "[::1]:48070", "api:48070", "host.docker.internal"])(
    "a caller that knows it as %s is served",
    (host) => withApi({}, async ({ url }) => expect(await statusWithHost(url, host)).toBe(404)),
  );

  /** fetch does not let its Host header be set. */
  function statusWithHost(url: string, host: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      request(`${url}/tasks/t`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  }
});
