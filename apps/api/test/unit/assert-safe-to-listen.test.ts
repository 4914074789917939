import { describe, expect, it } from "@jest/globals";
import { assertSafeToListen } from "../../src/assert-safe-to-listen.ts";

const token = { name: "ci", scope: "write", token: "t" } as const;

describe("an API that others can reach", () => {
  it.each(["0.0.0.0", "::", "192.168.0.7", "runner.example.org"])("on %s needs a token", (host) => {
    expect(() => assertSafeToListen({ host, insecure: false, apiTokens: undefined })).toThrow(
      `HOST_RUNNER_HOST=${host} can be reached from other machines: set HOST_RUNNER_API_TOKENS`,
    );
    expect(() => assertSafeToListen({ host, insecure: false, apiTokens: [token] })).not.toThrow();
    expect(() => assertSafeToListen({ host, insecure: true, apiTokens: undefined })).not.toThrow();
  });

  it.each(["127.0.0.1", "127.9.9.9", "::1", "localhost"])("is none on %s", (host) => {
    expect(() => assertSafeToListen({ host, insecure: false, apiTokens: undefined })).not.toThrow();
  });
});
