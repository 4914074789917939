import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { type Connection, openConnection } from "../../src/load/open-connection.ts";

const request = Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

async function withConnection(
  answer: RequestListener,
  body: (connection: Connection) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const connection = await openConnection(
    new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  try {
    await body(connection);
  } finally {
    connection.close();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("a connection of the load generator", () => {
  it("has an answer when all of it has come, with its length told or in chunks, one after the other", () => {
    const long = "x".repeat(200_000);
    let sent = 0;
    const answer: RequestListener = (_request, response) => {
      sent += 1;
      response.statusCode = 200 + sent;
      if (sent === 1) response.end("short");
      if (sent === 2) response.setHeader("Content-Length", long.length).end(long);
      if (sent === 3) {
        response.write("0\r\n\r\n in the middle");
        setImmediate(() => response.end(long));
      }
    };
    return withConnection(answer, async ({ ask }) => {
      expect([await ask(request), await ask(request), await ask(request)]).toEqual([201, 202, 203]);
    });
  });

  it("fails where the server goes away", () =>
    withConnection(
      (_request, response) => response.destroy(),
      ({ ask }) => expect(ask(request)).rejects.toThrow("closed the connection"),
    ));
});
