import * as z from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { invalidRequest, toFieldErrors } from "./errors.ts";
import type { JsonFlaw } from "./json-flaws.ts";
import { workspaceSchema } from "./task.ts";
import { findUnkeptNames, findUnkeptValues, NOT_WELL_FORMED } from "./unkept-values.ts";
import {
  DEFAULT_MAX_PROMPT_BYTES,
  type ExecutionMode,
  executionModes,
  executorNames,
  type FieldError,
} from "./words.ts";

const MAX_ID_CHARACTERS = 128;
const MAX_METADATA_BYTES = 16 * 1024;

/** Fields that the contract names and that this version does not carry out yet. Refused, never ignored. */
const notYetSupported = ["sandbox", "pool", "priority", "delay_seconds", "expires_in_seconds"] as const;

const text = z.string().refine((value) => value.isWellFormed(), NOT_WELL_FORMED);

const singleLine = text.refine((value) => !/\p{Cc}/u.test(value), "must have no control characters");

/** The caller's name for a task or a run. Characters are code points, as JSON Schema counts them. */
const id = singleLine
  .refine((value) => {
    const { length } = [...value];
    return length >= 1 && length <= MAX_ID_CHARACTERS;
  }, `must have 1 to ${MAX_ID_CHARACTERS} characters`)
  .meta({ minLength: 1, maxLength: MAX_ID_CHARACTERS });

const absolutePath = singleLine
  .refine((value) => value.startsWith("/") || /^[A-Za-z]:[\\/]/.test(value), "must be an absolute path")
  .meta({ description: "An absolute path.", examples: ["/srv/app"] });

const httpUrl = singleLine
  .refine(
    (value) => URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol),
    "must be an http or https URL",
  )
  .meta({ format: "uri" });

/** Known without asking any name server. What a name leads to is looked at when the callback is sent. */
const LINK_LOCAL = /^(?:169\.254\.\d+\.\d+|\[(?:::ffff:a9fe:.*|fe[89ab].:.*)\])$/;

const callbackUrl = httpUrl.refine(
  (value) => !URL.canParse(value) || !LINK_LOCAL.test(new URL(value).hostname),
  "is a link-local address, where no callback is sent to",
);

/** It travels as a header, which loses white space at its ends. */
const headerValue = text.regex(
  /^[!-~]([ -~]*[!-~])?$/,
  "must be printable ASCII, without spaces at its ends",
);

const metadata = z
  .unknown()
  .superRefine((value, context) => {
    try {
      if (value === undefined || value === null) return;
      if (Buffer.byteLength(canonicalJson(value)) <= MAX_METADATA_BYTES) return;
      context.addIssue(`must be at most ${MAX_METADATA_BYTES} bytes of JSON`);
    } catch (error) {
      // Anything else that JSON cannot say is told with its own path.
      if (error instanceof RangeError) context.addIssue("is nested too deeply");
    }
  })
  .optional();

const MAX_LABELS = 32;
const MAX_LABEL_CHARACTERS = 128;

/** For finding tasks: `label=key:value` asks for one, so a key has no colon. */
const labels = z
  .record(
    singleLine
      .regex(/^[^:]+$/, "a label's name must not be empty nor have a colon")
      .max(MAX_LABEL_CHARACTERS),
    singleLine.max(MAX_LABEL_CHARACTERS),
  )
  .refine((value) => Object.keys(value).length <= MAX_LABELS, `must be at most ${MAX_LABELS} labels`);

/**
 * Callers that serialize every field send null for an absent one. The description goes below the transform: a
 * default or an example is of the input, and is not shown for what the transform makes of it.
 */
const optional = <T extends z.ZodType>(schema: T, description: z.GlobalMeta = {}) =>
  schema
    .nullish()
    .meta(description)
    .transform((value) => value ?? null);

export const submissionSchema = z
  .object({
    prompt: text
      .min(1, "must not be empty")
      .refine((value) => !value.includes("\0"), "must have no NUL")
      .meta({
        description:
          "What the command gets as its {prompt}: data, never code. At most 1 MiB of UTF-8 (HOST_RUNNER_MAX_PROMPT_BYTES), no NUL.",
        examples: ["hello"],
      }),
    task_id: optional(id, {
      description:
        "The caller's name for the task: any text without control characters. A UUIDv7 where absent.",
      examples: ["greeting"],
    }),
    run_id: optional(id, {
      description: "The group of tasks that it belongs to; `task-<task_id>` where absent.",
      examples: ["night-build"],
    }),
    executor: optional(z.enum(executorNames), {
      description: "What runs it; the default of the worker that takes it where absent.",
    }),
    timeout_seconds: optional(z.int().min(1).max(86_400), {
      description:
        "How long one attempt may take; the worker's HOST_RUNNER_TIMEOUT_SECONDS (600) where absent.",
      examples: [600],
    }),
    max_attempts: optional(z.int().min(1).max(10), {
      description: "How often it is started at most, where attempts fail.",
      default: 1,
    }),
    backoff_seconds: optional(z.number().min(0).max(3600), {
      description: "The pause before the second attempt, doubled before each further one, an hour at most.",
      default: 1,
    }),
    labels: optional(labels, {
      description: `For finding tasks: up to ${MAX_LABELS} texts by name, ${MAX_LABEL_CHARACTERS} characters each, no colon in a name.`,
      examples: [{ team: "infra" }],
    }),
    metadata: metadata.meta({
      description: `Any JSON, at most ${MAX_METADATA_BYTES} bytes; returned as it is.`,
      examples: [{ ticket: 1234 }],
    }),
    status_callback_url: optional(callbackUrl, {
      description: "Who is told of each start and of the end; an http or https URL. See docs/callbacks.md.",
      examples: ["http://localhost:48000/callbacks"],
    }),
    status_callback_token: optional(headerValue, {
      description:
        "Sent to it as X-Runner-Token; printable ASCII. A secret for the callback's receiver; no answer shows it.",
    }),
    execution_mode: z
      .enum(executionModes)
      .nullish()
      .meta({
        description:
          "`shared-workspace` needs workspace.lock_paths; `isolated-worktree` needs workspace.worktree_path and git_branch.",
        default: "no-workspace",
      })
      .transform((mode): ExecutionMode => mode ?? "no-workspace"),
    workspace: optional(
      workspaceSchema.extend({
        project_id: workspaceSchema.shape.project_id.nullish().transform((value) => value ?? undefined),
        project_root: absolutePath.meta({ description: "The command's working directory, absolute." }),
        lock_paths: optional(z.array(absolutePath)).transform((value) => value ?? undefined),
        worktree_path: optional(absolutePath).transform((value) => value ?? undefined),
        git_branch: optional(singleLine.min(1)).transform((value) => value ?? undefined),
      }),
    ),
  })
  .meta({
    id: "Submission",
    description: "What is to be run. `null` stands for an absent field; unknown fields are dropped.",
    examples: [{ task_id: "greeting", prompt: "hello" }],
  });

/** What a caller may send: `prompt` alone is needed. */
export type SubmissionInput = z.input<typeof submissionSchema>;

/** A valid submission: every field there, null where the caller gave none; unknown ones dropped. */
export type Submission = z.output<typeof submissionSchema>;

/** A submission that has its names: what a task is made from. */
export type NamedSubmission = Submission & { task_id: string; run_id: string };

/** `run_id` of a task that was submitted without one. */
export const defaultRunId = (taskId: string) => `task-${taskId}`;

interface SubmissionOptions {
  maxPromptBytes?: number;
  /** What the text of the input says and its value does not, in what is kept of it. */
  flaws?: readonly JsonFlaw[];
}

/**
 * Checks untrusted input. Throws `HostRunnerError("invalid")` with every problem found, each with the path of
 * its field. What it returns is stored as it was sent.
 */
export function parseSubmission(
  input: unknown,
  { maxPromptBytes = DEFAULT_MAX_PROMPT_BYTES, flaws = [] }: SubmissionOptions = {},
): Submission {
  const result = submissionSchema.safeParse(input);
  const unkept = unlessTold(flawErrors(flaws), unkeptErrors(input));
  const errors = unlessTold(unkept, toFieldErrors(result.error));
  errors.push(...lengthErrors(input, maxPromptBytes), ...modeErrors(input), ...notYetSupportedErrors(input));
  if (errors.length > 0 || !result.success) {
    throw invalidRequest(errors);
  }
  return result.data;
}

function flawErrors(flaws: readonly JsonFlaw[]): FieldError[] {
  return flaws.map(({ path, message }) => ({ path: path.join("."), message }));
}

/** Whether what a submission has at a place is kept. Fields that are dropped may say anything. */
export function isKeptOfSubmission([field = "", member]: readonly (string | number)[]): boolean {
  if (field === "workspace" && member !== undefined) return Object.hasOwn(workspaceSchema.shape, member);
  return Object.hasOwn(submissionSchema.shape, field);
}

/** Of the fields that hold names and numbers of any kind. Of the others the schema says all. */
function unkeptErrors(input: unknown): FieldError[] {
  const { metadata, labels, workspace } = asRecord(input);
  const { project_id } = asRecord(workspace);
  try {
    return [
      ...findUnkeptValues(metadata, "metadata"),
      ...findUnkeptValues(labels, "labels"),
      ...findUnkeptValues(project_id, "workspace.project_id"),
      ...findUnkeptNames(workspace, "workspace"),
    ];
  } catch (error) {
    // The schema says that it is nested too deeply.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** All errors, without those of fields of which others tell more already. */
function unlessTold(told: FieldError[], more: FieldError[]): FieldError[] {
  return [...told, ...more.filter(({ path }) => !told.some((error) => error.path === path))];
}

/** Not in the schema: one that is made for each request has to be compiled by zod each time. */
function lengthErrors(input: unknown, maxPromptBytes: number) {
  const { prompt } = asRecord(input);
  const bytes = typeof prompt === "string" ? Buffer.byteLength(prompt) : 0;
  if (bytes <= maxPromptBytes) return [];
  return [{ path: "prompt", message: `has ${bytes} bytes, at most ${maxPromptBytes} are taken` }];
}

/** Each execution mode needs some fields. Told together with the fields' own problems, so on the raw input. */
function modeErrors(input: unknown) {
  const { execution_mode: mode, workspace, sandbox } = asRecord(input);
  const { lock_paths, worktree_path, git_branch } = asRecord(workspace);
  const missing: Record<string, boolean> = {};
  if (mode === "shared-workspace" || mode === "isolated-worktree") missing.workspace = !workspace;
  if (mode === "shared-workspace" && workspace) {
    missing["workspace.lock_paths"] = !Array.isArray(lock_paths) || lock_paths.length === 0;
  }
  if (mode === "isolated-worktree" && workspace) {
    missing["workspace.worktree_path"] = !worktree_path;
    missing["workspace.git_branch"] = !git_branch;
  }
  if (mode === "docker-sandbox") missing.sandbox = !sandbox;
  return Object.entries(missing)
    .filter(([, isMissing]) => isMissing)
    .map(([path]) => ({ path, message: `is needed for execution_mode ${mode}` }));
}

function notYetSupportedErrors(input: unknown) {
  const given = asRecord(input);
  return notYetSupported
    .filter((field) => given[field] !== undefined && given[field] !== null)
    .map((field) => ({ path: field, message: "is not supported yet; leave it out" }));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
