import type { ApiToken } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

const tokens: ApiToken[] = [{ name: "viewer", scope: "read", token: "r" }];

describe.each(["/docs", "/dashboard"])("the page %s", (page) => {
  it("lets the browser take nothing from other sites", () =>
    withApi({}, async ({ call }) => {
      const { status, headers } = await call("GET", page);
      expect(status).toBe(200);
      const policy = headers.get("Content-Security-Policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/https?:|\*/);
    }));
});

describe("the page at /docs", () => {
  it("has all of its parts here", () =>
    withApi({}, async ({ call, log }) => {
      const html = String((await call("GET", "/docs")).body);
      const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
      const files = parts.filter((part) => !part.startsWith("data:"));
      expect(files.length).toBeGreaterThan(2);
      for (const file of files) {
        expect(file).toMatch(/^\/docs\//);
        const { status, headers } = await call("GET", file);
        expect({ file, status }).toEqual({ file, status: 200 });
        expect(headers.get("Content-Type")).toMatch(
          file.endsWith(".css") ? /^text\/css/ : /^text\/javascript/,
        );
      }
      expect((await call("GET", "/docs/page.js")).body).toContain("/openapi.json");
      expect(log.filter((line) => line.includes("failed inside"))).toEqual([]);
    }));

  it("is only read", () =>
    withApi({}, async ({ call }) => {
      expect((await call("POST", "/docs")).status).toBe(405);
      expect((await call("GET", "/docs/nothing")).status).toBe(404);
    }));

  it.each(["/docs", "/docs/page.js", "/openapi.json"])(
    "needs a token for %s, as bearer or as the password that a browser sends",
    (path) =>
      withApi({ tokens }, async ({ call }) => {
        const challenged = await call("GET", path);
        expect(challenged.status).toBe(401);
        expect(challenged.headers.get("WWW-Authenticate")).toBe('Basic realm="host-runner"');
        for (const credentials of ["Bearer r", `Basic ${Buffer.from("any:r").toString("base64")}`]) {
          const { status } = await call("GET", path, { headers: { Authorization: credentials } });
          expect(status).toBe(200);
        }
      }),
  );
});
