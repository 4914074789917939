/**
 * Every setting of every program, the one source of names, defaults and accepted values.
 */
import * as z from "zod";
import { ACCEPTED_RECEIVERS, allowedReceivers } from "./allowed-receivers.ts";
import { cliSettings } from "./cli-settings.ts";
import type { Setting } from "./environment.ts";
import { DEFAULT_API_PORT, DEFAULT_MAX_PROMPT_BYTES, executorNames } from "./words.ts";

export type { AllowedReceiver } from "./allowed-receivers.ts";

const text = z.string();

const number = (min: number, max: number) =>
  text
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
const integer = (min: number, max: number) =>
  text.regex(/^\d+$/).transform(Number).pipe(z.int().min(min).max(max));

const port = { schema: integer(0, 65_535), accepts: "a port number, 0 to 65535 (0: any free one)" };
const switchedOn = {
  schema: z.enum(["true", "false", "1", "0"]).transform((value) => value === "true" || value === "1"),
  accepts: "true or false",
};

/** Redis itself calls its URLs redis:// and rediss://; redis+unix:// names a socket's path. */
const redisUrl = text.refine(
  (value) => URL.canParse(value) && ["redis:", "rediss:", "redis+unix:"].includes(new URL(value).protocol),
);

export const tokenScopes = ["read", "write", "admin"] as const;
export type TokenScope = (typeof tokenScopes)[number];
export interface ApiToken {
  name: string;
  scope: TokenScope;
  token: string;
}

const apiTokens = text.transform((value, context): ApiToken[] => {
  const tokens = value.split(",").map((entry) => {
    const [name = "", scope = "", ...rest] = entry.trim().split(":");
    return { name, scope: scope as TokenScope, token: rest.join(":") };
  });
  if (!tokens.every(({ name, scope, token }) => name && token && tokenScopes.includes(scope))) {
    context.addIssue("an entry is not name:scope:token");
  }
  if (new Set(tokens.map(({ name }) => name)).size < tokens.length) context.addIssue("a name stands twice");
  return tokens;
});

const names = text.transform((value) =>
  value
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean),
);

/** Several while one takes the other's place. Where the prefix says base64, it has to be that. */
const webhookSecrets = text.transform((value, context): string[] => {
  const secrets = value.split(/[\s,]+/).filter(Boolean);
  const isUsable = (secret: string) =>
    !secret.startsWith("whsec_") || isBase64(secret.slice("whsec_".length));
  if (!secrets.every(isUsable)) context.addIssue("what follows whsec_ is not base64");
  if (secrets.length === 0) context.addIssue("there is none in it");
  return secrets;
});
const isBase64 = (value: string) => value !== "" && z.base64().safeParse(value).success;

export const commonSettings = {
  redisUrl: {
    name: "REDIS_URL",
    schema: redisUrl,
    accepts:
      "redis://host:port, rediss://host:port or redis+unix:///path (`npm start` brings a Redis of its own)",
    required: true,
    secret: true,
  },
  queue: {
    name: "HOST_RUNNER_QUEUE",
    schema: text.regex(/^[A-Za-z0-9_.-]{1,64}$/),
    accepts: "1 to 64 letters, digits, '_', '.' or '-'",
    fallback: "tasks",
  },
  logLevel: {
    name: "LOG_LEVEL",
    schema: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    accepts: "trace, debug, info, warn, error, fatal or silent",
    fallback: "info",
  },
  redact: {
    name: "HOST_RUNNER_REDACT",
    schema: names,
    accepts:
      "a comma-separated list of variable names, whose values are taken out of what is stored and shown",
    fallback: "",
  },
  /** The workers obey both. The API warns where callers may need them. */
  callbackDenyPrivate: { name: "HOST_RUNNER_CALLBACK_DENY_PRIVATE", ...switchedOn, fallback: "false" },
  callbackAllow: {
    name: "HOST_RUNNER_CALLBACK_ALLOW",
    schema: allowedReceivers,
    accepts: ACCEPTED_RECEIVERS,
  },
} as const satisfies Record<string, Setting<unknown>>;

export const apiSettings = {
  ...commonSettings,
  host: { name: "HOST_RUNNER_HOST", schema: text, accepts: "an address to listen on", fallback: "127.0.0.1" },
  port: { name: "HOST_RUNNER_PORT", ...port, fallback: String(DEFAULT_API_PORT) },
  insecure: { name: "HOST_RUNNER_INSECURE", ...switchedOn, fallback: "false" },
  apiTokens: {
    name: "HOST_RUNNER_API_TOKENS",
    schema: apiTokens,
    accepts: "a comma-separated list of name:scope:token, each scope read, write or admin",
    secret: true,
  },
  maxPromptBytes: {
    name: "HOST_RUNNER_MAX_PROMPT_BYTES",
    schema: integer(1, 64 * 1024 * 1024),
    accepts: "a number of bytes, 1 to 67108864",
    fallback: String(DEFAULT_MAX_PROMPT_BYTES),
  },
  maxQueued: {
    name: "HOST_RUNNER_MAX_QUEUED",
    schema: integer(1, 1_000_000_000),
    accepts: "a number of waiting tasks, 1 or more",
    fallback: "1000000",
  },
  retentionSeconds: {
    name: "HOST_RUNNER_RETENTION_SECONDS",
    schema: integer(1, 10 * 365 * 86_400),
    accepts: "a number of seconds, 1 or more",
    fallback: "604800",
  },
  retentionCount: {
    name: "HOST_RUNNER_RETENTION_COUNT",
    schema: integer(1, 1_000_000_000),
    accepts: "a number of tasks, 1 or more",
    fallback: "100000",
  },
} as const satisfies Record<string, Setting<unknown>>;

export const workerSettings = {
  ...commonSettings,
  workerHost: {
    name: "HOST_RUNNER_WORKER_HOST",
    schema: text,
    accepts: "an address to listen on",
    fallback: "127.0.0.1",
  },
  workerPort: { name: "HOST_RUNNER_WORKER_PORT", ...port },
  executor: {
    name: "HOST_RUNNER_EXECUTOR",
    schema: z.enum(executorNames),
    accepts: executorNames.join(" or "),
    fallback: "mock",
  },
  commandTemplate: {
    name: "HOST_RUNNER_CMD_TEMPLATE",
    schema: text,
    accepts: "a command line with {prompt} or {prompt_file}",
  },
  shell: {
    name: "HOST_RUNNER_SHELL",
    schema: text,
    accepts: "a shell that takes a script, such as `bash -c`, or none",
    fallback: "bash -c",
  },
  trustedPrograms: {
    name: "HOST_RUNNER_TRUSTED_PROGRAMS",
    schema: names.refine((programs) => programs.every((program) => /^(\/\S+|[^\s/]+)$/.test(program))),
    accepts: "a comma-separated list of programs, each a name or an absolute path",
    fallback: "",
  },
  concurrency: {
    name: "HOST_RUNNER_CONCURRENCY",
    schema: integer(1, 10_000),
    accepts: "a number of slots, 1 to 10000",
    fallback: "4",
  },
  timeoutSeconds: {
    name: "HOST_RUNNER_TIMEOUT_SECONDS",
    schema: integer(1, 86_400),
    accepts: "a number of seconds, 1 to 86400",
    fallback: "600",
  },
  graceSeconds: {
    name: "HOST_RUNNER_GRACE_SECONDS",
    schema: number(0, 3600),
    accepts: "a number of seconds, 0 to 3600",
    fallback: "2",
  },
  drainSeconds: {
    name: "HOST_RUNNER_DRAIN_SECONDS",
    schema: number(0, 86_400),
    accepts: "a number of seconds, 0 to 86400",
    fallback: "30",
  },
  leaseSeconds: {
    name: "HOST_RUNNER_LEASE_SECONDS",
    schema: number(1, 3600),
    accepts: "a number of seconds, 1 to 3600",
    fallback: "10",
  },
  envAllow: {
    name: "HOST_RUNNER_ENV_ALLOW",
    schema: names,
    accepts: "a comma-separated list of variable names",
    fallback: "",
  },
  allowedRoots: {
    name: "HOST_RUNNER_ALLOWED_ROOTS",
    schema: names.refine((roots) => roots.every((root) => root.startsWith("/")), "a path is relative"),
    accepts: "a comma-separated list of absolute folders",
  },
  stateDir: {
    name: "HOST_RUNNER_STATE_DIR",
    schema: text.refine((path) => path.startsWith("/")),
    accepts: "the absolute path of a folder, the same for all workers of a user on a host",
  },
  tailBytes: {
    name: "HOST_RUNNER_TAIL_BYTES",
    schema: integer(0, 16 * 1024 * 1024),
    accepts: "a number of bytes, 0 to 16777216",
    fallback: "65536",
  },
  outputKeepBytes: {
    name: "HOST_RUNNER_OUTPUT_KEEP_BYTES",
    schema: integer(1024, 1024 * 1024 * 1024),
    accepts: "a number of bytes, 1024 to 1073741824",
    fallback: "4194304",
  },
  outputLimitBytes: {
    name: "HOST_RUNNER_OUTPUT_LIMIT_BYTES",
    schema: integer(1, Number.MAX_SAFE_INTEGER),
    accepts: "a number of bytes, 1 or more",
  },
  mockSeconds: {
    name: "HOST_RUNNER_MOCK_SECONDS",
    schema: number(0, 86_400),
    accepts: "a number of seconds, 0 to 86400",
    fallback: "0.3",
  },
  callbackSecrets: {
    name: "HOST_RUNNER_CALLBACK_SECRET",
    schema: webhookSecrets,
    accepts: "secrets, separated by commas or spaces: whsec_<base64>, or text that is taken as it is",
    secret: true,
  },
  callbackRetrySeconds: {
    name: "HOST_RUNNER_CALLBACK_RETRY_SECONDS",
    schema: integer(0, 30 * 86_400),
    accepts: "a number of seconds, 0 to 2592000",
    fallback: "86400",
  },
  callbackConcurrency: {
    name: "HOST_RUNNER_CALLBACK_CONCURRENCY",
    schema: integer(1, 1000),
    accepts: "a number of callbacks, 1 to 1000",
    fallback: "20",
  },
} as const satisfies Record<string, Setting<unknown>>;

/** All names, those of secrets with their NAME_FILE. */
export const knownNames: string[] = Object.values({
  ...apiSettings,
  ...workerSettings,
  ...cliSettings,
}).flatMap((setting: Setting<unknown>) =>
  setting.secret ? [setting.name, `${setting.name}_FILE`] : [setting.name],
);
