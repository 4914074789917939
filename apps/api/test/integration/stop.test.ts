import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { apiSettings, knownNames, readEnvironment } from "@host-runner/contracts";
import { freePort, withGarbageCollection, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { pino } from "pino";
import { createApiStart } from "../../src/start-api.ts";

const log = pino({ level: "silent" });

describe("an API that is told to stop", () => {
  it("is gone within 5 s, whoever does not finish his request", () =>
    withRedis(({ url, name }) =>
      withGarbageCollection(async () => {
        const port = await freePort();
        const { values: settings } = readEnvironment(
          { REDIS_URL: url, HOST_RUNNER_QUEUE: name, HOST_RUNNER_PORT: String(port) },
          { settings: apiSettings, knownNames, readFile: () => "" },
        );
        const stopping = new AbortController();
        const api = await createApiStart({ environment: {} })(settings, {
          log,
          fail() {},
          stopping: stopping.signal,
        });
        const client = connect(port, "127.0.0.1").on("error", () => {});
        const cut = new Promise((resolve) => client.on("close", resolve));
        const head = "POST /tasks HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
        client.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
        // The API has begun with it, and waits for the rest.
        await new Promise((resolve) => client.once("data", resolve));
        stopping.abort();
        const stopped = api.stop({ hurry: new AbortController().signal }).then(() => "stopped");
        try {
          expect(await Promise.race([stopped, delay(5_000, "still there")])).toBe("stopped");
          await cut;
        } finally {
          client.destroy();
          await stopped;
        }
      }),
    ));
});
