import { createApiMetrics } from "@host-runner/metrics";
import { describe, expect, it } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { Express } from "express";
import { pino } from "pino";
import { createApp } from "../../src/app.ts";
import { openApiDocument } from "../../src/openapi/document.ts";
import { operations } from "../documented.ts";
import { withApi } from "./with-api.ts";

describe("the description of the API", () => {
  it("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(openApiDocument) });
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(openApiDocument.openapi).toMatch(/^3\.1\./);
  });

  it("is at /openapi.json", () =>
    withApi({}, async ({ call }) => {
      expect((await call("GET", "/openapi.json")).body).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
    }));

  it("tells what each operation, parameter and field of a submission is for", () => {
    const { properties = {} } = openApiDocument.components!.schemas!.Submission as {
      properties?: Record<string, { description?: string; anyOf?: { description?: string }[] }>;
    };
    const silent = Object.entries(properties).filter(([, { description }]) => !description);
    expect(silent.map(([name]) => name)).toEqual(["workspace"]);
    expect(properties.timeout_seconds).toMatchObject({
      ...{ type: ["integer", "null"], minimum: 1, maximum: 86_400 },
    });
    expect(properties.max_attempts).toMatchObject({ default: 1 });
    const names = operations.map(
      (operation) => (operation as unknown as { operationId: string }).operationId,
    );
    expect(new Set(names).size).toBe(operations.length);
  });

  it("has every path that the API has, and no other", () =>
    withApi({}, async ({ queue }) => {
      const stopping = new AbortController().signal;
      const log = pino({ enabled: false });
      const app = createApp({
        queue,
        tokens: [],
        maxPromptBytes: 1,
        metrics: createApiMetrics(() => queue.depth()),
        stopping,
        log,
      });
      const documented = operations.map(
        ({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, ":")}`,
      );
      expect(routesOf(app).sort()).toEqual(documented.sort());
    }));

  it("has every method of its paths", () =>
    withApi({}, async ({ call }) => {
      for (const path of new Set(operations.map((operation) => operation.path))) {
        const methods = operations.filter((operation) => operation.path === path).map(({ method }) => method);
        const answer = await call("DELETE", path.replace(/\{\w+\}/, "t"));
        const allowed = answer.headers.get("Allow")?.split(", ") ?? [];
        expect({ path, status: answer.status }).toEqual({ path, status: 405 });
        // A task may be called "submit": what is allowed at its path is told of the task.
        if (path === "/tasks/submit" || path === "/tasks/batch") continue;
        expect({ path, allowed }).toEqual({ path, allowed: methods.sort() });
      }
    }));

  it("has examples that are accepted", () =>
    withApi({}, async ({ call }) => {
      const { properties } = openApiDocument.components!.schemas!.Submission as {
        properties: Record<string, { examples?: unknown[]; default?: unknown }>;
      };
      const body = Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, field.examples?.[0] ?? field.default]),
      );
      expect(body).toMatchObject({ task_id: "greeting", max_attempts: 1 });
      expect((await call("POST", "/tasks", { body })).status).toBe(202);
    }));
});

/** Pages for people, which are no calls: they are not documented. */
const pages = ["/docs", "/dashboard"];

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
  slash: boolean;
  match(path: string): boolean;
}

/** `GET /tasks/:`, for each route. Express does not keep where a router is mounted, so all first segments are tried. */
function routesOf(app: Express): string[] {
  const segments = [...new Set(operations.map(({ path }) => `/${path.split("/")[1]}`))];
  return (app.router as unknown as { stack: Layer[] }).stack.flatMap((layer) => {
    if (layer.route) return describeRoute("", layer.route);
    const { stack } = layer.handle;
    if (pages.some((page) => !layer.slash && layer.match(page))) return [];
    if (!stack) return [];
    const mounts = layer.slash ? [""] : segments.filter((segment) => layer.match(segment));
    if (mounts.length === 0) return ["a router at a path that is not documented"];
    return mounts.flatMap((mount) =>
      stack.flatMap(({ route }) => (route ? describeRoute(mount, route) : [])),
    );
  });
}

function describeRoute(mount: string, { path, methods }: NonNullable<Layer["route"]>): string[] {
  const full = (mount + path).replace(/(.)\/$/, "$1").replaceAll(/:\w+/g, ":");
  return Object.keys(methods)
    .filter((method) => method !== "_all")
    .map((method) => `${method.toUpperCase()} ${full}`);
}
