import { apiSettings, readEnvironment } from "@host-runner/contracts";
import { withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { pino } from "pino";
import { createApiStart } from "../../src/start-api.ts";

/** Starts an API and stops it again; resolves to the warnings of its log. */
async function warningsAt(redisUrl: string, environment: Record<string, string>): Promise<string[]> {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => lines.push(line) });
  const own = { REDIS_URL: redisUrl, HOST_RUNNER_PORT: "0", ...environment };
  const { values } = readEnvironment(own, { settings: apiSettings, readFile: () => "" });
  const { signal } = new AbortController();
  const api = await createApiStart({ environment: own })(values, { log, fail() {}, stopping: signal });
  await api.stop({ hurry: AbortSignal.abort() });
  return lines.map((line) => JSON.parse(line).msg).filter((text) => !text.includes("append-only"));
}

const TWO_CALLERS = { HOST_RUNNER_API_TOKENS: "ci:write:a,bot:write:b" };
const BEYOND_LOOPBACK = { HOST_RUNNER_HOST: "0.0.0.0", HOST_RUNNER_INSECURE: "true" };

describe("an API that starts", () => {
  it("warns where its callers may have callbacks sent to private addresses", () =>
    withRedis(async ({ url }) => {
      expect(await warningsAt(url, TWO_CALLERS)).toEqual([
        expect.stringMatching(
          /^2 callers share the API, and HOST_RUNNER_CALLBACK_DENY_PRIVATE is not true here/,
        ),
      ]);
      expect(await warningsAt(url, BEYOND_LOOPBACK)).toEqual([
        expect.stringMatching(
          /^the API is at 0\.0\.0\.0, beyond loopback, and HOST_RUNNER_CALLBACK_DENY_PRIVATE/,
        ),
      ]);
    }));

  it("does not warn where they may not, or where it is alone with one caller", () =>
    withRedis(async ({ url }) => {
      const denied = { HOST_RUNNER_CALLBACK_DENY_PRIVATE: "true" };
      expect(await warningsAt(url, { ...TWO_CALLERS, ...denied })).toEqual([]);
      expect(await warningsAt(url, { ...BEYOND_LOOPBACK, ...denied })).toEqual([]);
      expect(await warningsAt(url, { ...TWO_CALLERS, HOST_RUNNER_CALLBACK_ALLOW: "cp.example.org" })).toEqual(
        [],
      );
      expect(await warningsAt(url, {})).toEqual([]);
    }));
});
