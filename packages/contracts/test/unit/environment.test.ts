import {
  apiSettings,
  EnvironmentError,
  knownNames,
  readEnvironment,
  workerSettings,
} from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";

const REDIS_URL = "redis://127.0.0.1:6379";

function read(environment: Record<string, string>, files: Record<string, string> = {}) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  };
  return readEnvironment(environment, {
    settings: { ...apiSettings, ...workerSettings },
    knownNames,
    readFile,
  });
}

function problemsOf(environment: Record<string, string>): string[] {
  try {
    read(environment);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
}

describe("the environment", () => {
  it("has the contract's defaults", () => {
    expect(read({ REDIS_URL }).values).toMatchObject({
      queue: "tasks",
      logLevel: "info",
      host: "127.0.0.1",
      port: 48_070,
      insecure: false,
      apiTokens: undefined,
      maxPromptBytes: 1_048_576,
      maxQueued: 1_000_000,
      retentionSeconds: 604_800,
      retentionCount: 100_000,
      executor: "mock",
      shell: "bash -c",
      trustedPrograms: [],
      concurrency: 4,
      timeoutSeconds: 600,
      graceSeconds: 2,
      drainSeconds: 30,
      leaseSeconds: 10,
      envAllow: [],
      allowedRoots: undefined,
      tailBytes: 65_536,
      outputKeepBytes: 4_194_304,
      outputLimitBytes: undefined,
      mockSeconds: 0.3,
      callbackSecrets: undefined,
      callbackRetrySeconds: 86_400,
      callbackDenyPrivate: false,
      callbackAllow: undefined,
      callbackConcurrency: 20,
    });
  });

  it("lists all its problems at once, each with the variable and what it accepts", () => {
    expect(problemsOf({ HOST_RUNNER_PORT: "http", HOST_RUNNER_EXECUTOR: "docker" })).toEqual([
      expect.stringMatching(/^REDIS_URL is not set: it must be redis:\/\//),
      'HOST_RUNNER_PORT must be a port number, 0 to 65535 (0: any free one), not "http"',
      'HOST_RUNNER_EXECUTOR must be mock or shell, not "docker"',
    ]);
  });

  it("refuses a relative state folder", () => {
    expect(problemsOf({ REDIS_URL: "redis://x", HOST_RUNNER_STATE_DIR: "state" })).toEqual([
      'HOST_RUNNER_STATE_DIR must be the absolute path of a folder, the same for all workers of a user on a host, not "state"',
    ]);
  });

  it.each(["http://127.0.0.1", "127.0.0.1:6379", "redis"])("refuses %s as REDIS_URL", (url) => {
    expect(problemsOf({ REDIS_URL: url })).toHaveLength(1);
  });

  it.each([REDIS_URL, "rediss://user:pw@redis.example.org:6380/2", "redis+unix:///run/redis.sock?db=1"])(
    "takes %s as REDIS_URL",
    (url) => {
      expect(read({ REDIS_URL: url }).values.redisUrl).toBe(url);
    },
  );

  it("takes names and absolute paths as trusted programs, and nothing else", () => {
    const trusted = (HOST_RUNNER_TRUSTED_PROGRAMS: string) => ({ REDIS_URL, HOST_RUNNER_TRUSTED_PROGRAMS });
    expect(read(trusted("tool, /opt/bin/other")).values.trustedPrograms).toEqual(["tool", "/opt/bin/other"]);
    for (const value of ["bin/tool", "tool --flag", "tool,./other"]) {
      expect(problemsOf(trusted(value))).toEqual([
        expect.stringMatching(
          /^HOST_RUNNER_TRUSTED_PROGRAMS must be .+, each a name or an absolute path, not/,
        ),
      ]);
    }
  });

  it("takes an empty variable for an absent one", () => {
    expect(read({ REDIS_URL, HOST_RUNNER_PORT: "" }).values.port).toBe(48_070);
  });

  it("reads a secret from the file that NAME_FILE names", () => {
    const { values } = read(
      { REDIS_URL, HOST_RUNNER_API_TOKENS_FILE: "/run/tokens" },
      { "/run/tokens": "ci:write:s3:cret\n" },
    );
    expect(values.apiTokens).toEqual([{ name: "ci", scope: "write", token: "s3:cret" }]);
  });

  it("refuses a secret that is given twice", () => {
    const [problem] = problemsOf({ REDIS_URL, REDIS_URL_FILE: "/x" });
    expect(problem).toBe("REDIS_URL and REDIS_URL_FILE are both set: set one");
  });

  it("names a secret's file that cannot be read", () => {
    expect(problemsOf({ REDIS_URL_FILE: "/x" })[0]).toContain("REDIS_URL_FILE must be a readable file");
  });

  it("never repeats a secret's value in a problem", () => {
    const [problem] = problemsOf({ REDIS_URL, HOST_RUNNER_API_TOKENS: "hunter2" });
    expect(problem).toContain("name:scope:token");
    expect(problem).not.toContain("hunter2");
  });

  it("warns of an unknown name with the nearest known one", () => {
    const { warnings } = read({ REDIS_URL, HOST_RUNNER_CONCURENCY: "8" });
    expect(warnings).toEqual([
      "HOST_RUNNER_CONCURENCY is no setting of host-runner and has no effect: did you mean HOST_RUNNER_CONCURRENCY?",
    ]);
  });

  it.each([
    ["cp.example.org", { kind: "host", host: "cp.example.org", port: null }],
    ["LOCALHOST:48000", { kind: "host", host: "localhost", port: 48_000 }],
    ["bücher.example.", { kind: "host", host: "xn--bcher-kva.example", port: null }],
    ["control_plane", { kind: "host", host: "control_plane", port: null }],
    ["*.example.org:443", { kind: "subdomains", suffix: ".example.org", port: 443 }],
    ["10.0.0.0/8", { kind: "network", family: "ipv4", address: "10.0.0.0", prefix: 8, port: null }],
    ["127.0.0.1:80", { kind: "network", family: "ipv4", address: "127.0.0.1", prefix: 32, port: 80 }],
    ["fd00::/8", { kind: "network", family: "ipv6", address: "fd00::", prefix: 8, port: null }],
    ["::1", { kind: "network", family: "ipv6", address: "::1", prefix: 128, port: null }],
    ["[fd00::1]:8080", { kind: "network", family: "ipv6", address: "fd00::1", prefix: 128, port: 8080 }],
  ])("takes %s as a receiver of callbacks", (entry, receiver) => {
    const { values } = read({ REDIS_URL, HOST_RUNNER_CALLBACK_ALLOW: ` ${entry} ,other.example` });
    expect(values.callbackAllow).toEqual([receiver, { kind: "host", host: "other.example", port: null }]);
  });

  it.each([
    "http://cp.example.org",
    "cp.example.org/path",
    "user@cp.example.org",
    "cp.example.org:0",
    "cp.example.org:70000",
    "*",
    "a.*.org",
    "10.0.0.0/33",
    "127.1",
    "10.0.0/8",
    "fd00::/200",
    "[127.0.0.1]:80",
    "[::1",
    ",",
  ])("refuses %s as a receiver of callbacks", (entry) => {
    expect(problemsOf({ REDIS_URL, HOST_RUNNER_CALLBACK_ALLOW: entry })).toEqual([
      expect.stringMatching(/^HOST_RUNNER_CALLBACK_ALLOW must be a comma-separated list of host names/),
    ]);
  });

  it("takes several secrets for signing callbacks", () => {
    const { values } = read(
      { REDIS_URL, HOST_RUNNER_CALLBACK_SECRET_FILE: "/run/secret" },
      { "/run/secret": "whsec_MfKQ9r8GKYqrTwjU,old, \n older\n" },
    );
    expect(values.callbackSecrets).toEqual(["whsec_MfKQ9r8GKYqrTwjU", "old", "older"]);
  });

  it.each(["whsec_", "whsec_a", "good,whsec_?!", " , "])("refuses %j for signing callbacks", (secret) => {
    const [problem, ...others] = problemsOf({ REDIS_URL, HOST_RUNNER_CALLBACK_SECRET: secret });
    expect(problem).toMatch(/^HOST_RUNNER_CALLBACK_SECRET must be secrets, separated by commas or spaces/);
    expect(others).toEqual([]);
  });
});
