import { gzipSync } from "node:zlib";
import { createClient } from "@host-runner/client";
import { describe, expect, it } from "@jest/globals";
import { json, withAnswers } from "./with-answers.ts";

describe("the size of an output", () => {
  it("is known by its header, and none of it is read", () =>
    withAnswers(
      [
        (response) => {
          response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": 1e9 }).write("x");
        },
      ],
      async ({ url, requests }) => {
        expect(await createClient({ url }).outputSize("t", { stream: "stderr" })).toBe(1e9);
        expect(requests[0]?.url).toBe("/tasks/t/output?stream=stderr");
      },
    ));

  it("is counted where a proxy compresses", () =>
    withAnswers(
      [
        (response) => {
          const body = gzipSync("x".repeat(100_000));
          const headers = { "Content-Type": "text/plain", "Content-Encoding": "gzip" };
          response.writeHead(200, { ...headers, "Content-Length": body.length }).end(body);
        },
      ],
      async ({ url }) => {
        expect(await createClient({ url }).outputSize("t")).toBe(100_000);
      },
    ));
});

describe("an answer that comes in pieces", () => {
  it("is read whole, also where a piece ends inside a character", () =>
    withAnswers(
      [
        async (response) => {
          const body = Buffer.from(JSON.stringify({ run_id: "é🙂".repeat(20) }));
          response.writeHead(200, { "Content-Type": "application/json" });
          for (const byte of body) {
            response.write(Buffer.from([byte]));
            await new Promise((resolve) => setImmediate(resolve));
          }
          response.end();
        },
      ],
      async ({ url }) => {
        expect(await createClient({ url }).getRun("r")).toEqual({ run_id: "é🙂".repeat(20) });
      },
    ));

  it("is asked for again where it was cut", () =>
    withAnswers(
      [
        (response) => {
          response.writeHead(200, { "Content-Type": "application/json" }).write('{"run_id":"r","tasks":[');
          setImmediate(() => response.destroy());
        },
        json({ run_id: "r", tasks: [] }),
      ],
      async ({ url, requests }) => {
        expect(await createClient({ url }).getRun("r")).toEqual({ run_id: "r", tasks: [] });
        expect(requests).toHaveLength(2);
      },
    ));
});
