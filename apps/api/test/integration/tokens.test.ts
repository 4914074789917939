import type { ApiToken } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

const tokens: ApiToken[] = [
  { name: "viewer", scope: "read", token: "r" },
  { name: "ci", scope: "write", token: "w:1" },
  { name: "ops", scope: "admin", token: "a" },
];
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const basic = (token: string) => ({
  headers: { Authorization: `Basic ${Buffer.from(`any:${token}`).toString("base64")}` },
});

describe("with tokens", () => {
  it("a call without one, or with an unknown one, is 401 and told how", () =>
    withApi({ tokens }, async ({ call }) => {
      for (const options of [{}, bearer("x"), bearer(""), basic("r"), { headers: { Authorization: "r" } }]) {
        const { status, headers, body } = await call("GET", "/tasks/t", options);
        expect({ status, challenge: headers.get("WWW-Authenticate"), title: body.title }).toEqual({
          status: 401,
          challenge: "Bearer",
          title: "Unauthorized",
        });
      }
    }));

  it("nobody without one learns which paths there are", () =>
    withApi({ tokens }, async ({ call }) => {
      expect((await call("GET", "/nope")).status).toBe(401);
      expect((await call("DELETE", "/tasks")).status).toBe(401);
    }));

  it("read may read, and not write", () =>
    withApi({ tokens }, async ({ call }) => {
      expect((await call("GET", "/tasks/t", bearer("r"))).status).toBe(404);
      const { status, body } = await call("POST", "/tasks/t/cancel", bearer("r"));
      expect({ status, detail: body.detail }).toEqual({
        status: 403,
        detail: "POST /t/cancel needs scope write; the token viewer has read",
      });
    }));

  it.each(["w:1", "a"])("write and admin may read and write (%s)", (token) =>
    withApi({ tokens }, async ({ call }) => {
      expect((await call("GET", "/tasks/t", bearer(token))).status).toBe(404);
      expect((await call("POST", "/tasks", { body: { prompt: "hi" }, ...bearer(token) })).status).toBe(202);
    }),
  );

  it("the probes need none", () =>
    withApi({ tokens }, async ({ call }) => {
      for (const path of ["/health", "/healthz", "/readyz"]) {
        expect(await call("GET", path)).toMatchObject({ status: 200, body: { status: "ok" } });
      }
    }));

  it("the dashboard is for admin alone, as bearer or as the password that a browser sends", () =>
    withApi({ tokens }, async ({ call }) => {
      const challenged = await call("GET", "/dashboard");
      expect(challenged.status).toBe(401);
      expect(challenged.headers.get("WWW-Authenticate")).toBe('Basic realm="host-runner"');
      expect((await call("GET", "/dashboard", basic("w:1"))).status).toBe(403);
      expect((await call("GET", "/dashboard", basic("a"))).status).toBe(200);
      expect((await call("GET", "/dashboard", bearer("a"))).status).toBe(200);
      expect((await call("GET", "/dashboard/api/queues")).status).toBe(401);
    }));

  it("an idempotency key belongs to its token", () =>
    withApi({ tokens }, async ({ call }) => {
      const submit = (token: string) =>
        call("POST", "/tasks", {
          body: { prompt: token },
          headers: { Authorization: `Bearer ${token}`, "Idempotency-Key": "k" },
        });
      expect((await submit("w:1")).status).toBe(202);
      expect((await submit("a")).status).toBe(202);
    }));
});
