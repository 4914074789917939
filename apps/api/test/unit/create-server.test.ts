import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import express from "express";
import { createExpressServer } from "../../src/create-server.ts";

describe("createExpressServer", () => {
  it("keeps idle connections longer than load balancers do", () => {
    const { keepAliveTimeout, headersTimeout } = createExpressServer(express());
    expect(keepAliveTimeout).toBeGreaterThan(60_000);
    expect(headersTimeout).toBeGreaterThan(keepAliveTimeout);
  });

  it("makes requests and responses as Express wants them, whose prototypes then never change", async () => {
    const app = express();
    app.get("/", (request, response) => {
      response.json({
        request: Object.getPrototypeOf(request) === app.request,
        response: Object.getPrototypeOf(response) === app.response,
        query: request.query,
      });
    });
    const server = createExpressServer(app);
    const before: object[] = [];
    server.prependListener("request", (request, response) => {
      before.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    try {
      const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?a=1`);
      expect(await answer.json()).toEqual({ request: true, response: true, query: { a: "1" } });
      expect(before).toEqual([app.request, app.response]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
