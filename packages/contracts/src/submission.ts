import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { invalidRequest, toFieldErrors } from "./errors.ts";
import { workspaceSchema } from "./task.ts";
import { DEFAULT_MAX_PROMPT_BYTES, type ExecutionMode, executionModes, executorNames } from "./words.ts";

const MAX_ID_CHARACTERS = 128;
const MAX_METADATA_BYTES = 16 * 1024;

/** Fields that the contract names and that this version does not carry out yet. Refused, never ignored. */
const notYetSupported = ["sandbox", "pool", "priority", "delay_seconds", "expires_in_seconds"] as const;

/** A lone surrogate has no UTF-8 form: it could be stored only as something else. */
const text = z.string().refine((value) => value.isWellFormed(), "must be well-formed Unicode text");

const singleLine = text.refine((value) => !/\p{Cc}/u.test(value), "must have no control characters");

/** The caller's name for a task or a run: 1 to 128 characters (code points) without control characters. */
const id = singleLine.refine((value) => {
  const { length } = [...value];
  return length >= 1 && length <= MAX_ID_CHARACTERS;
}, `must have 1 to ${MAX_ID_CHARACTERS} characters`);

const absolutePath = singleLine.refine(
  (value) => value.startsWith("/") || /^[A-Za-z]:[\\/]/.test(value),
  "must be an absolute path",
);

const httpUrl = singleLine.refine(
  (value) => URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol),
  "must be an http or https URL",
);

const metadata = z
  .unknown()
  .superRefine((value, context) => {
    try {
      if (value === undefined || value === null) return;
      if (Buffer.byteLength(canonicalJson(value)) <= MAX_METADATA_BYTES) return;
      context.addIssue(`must be at most ${MAX_METADATA_BYTES} bytes of JSON`);
    } catch {
      context.addIssue("is nested too deeply");
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

/** Callers that serialize every field send null for an absent one. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const submissionFields = z.object({
  prompt: text.min(1, "must not be empty").refine((value) => !value.includes("\0"), "must have no NUL"),
  task_id: optional(id),
  run_id: optional(id),
  executor: optional(z.enum(executorNames)),
  timeout_seconds: optional(z.int().min(1).max(86_400)),
  max_attempts: optional(z.int().min(1).max(10)),
  backoff_seconds: optional(z.number().min(0).max(3600)),
  labels: optional(labels),
  metadata,
  status_callback_url: optional(httpUrl),
  status_callback_token: optional(singleLine.min(1, "must not be empty")),
  execution_mode: z
    .enum(executionModes)
    .nullish()
    .transform((mode): ExecutionMode => mode ?? "no-workspace"),
  workspace: optional(
    workspaceSchema.extend({
      project_id: workspaceSchema.shape.project_id.nullish().transform((value) => value ?? undefined),
      project_root: absolutePath,
      lock_paths: optional(z.array(absolutePath)).transform((value) => value ?? undefined),
      worktree_path: optional(absolutePath).transform((value) => value ?? undefined),
      git_branch: optional(singleLine.min(1)).transform((value) => value ?? undefined),
    }),
  ),
});

/** What a caller may send: `prompt` alone is needed. */
export type SubmissionInput = z.input<typeof submissionFields>;

/** A valid submission: every field there, null where the caller gave none; unknown ones dropped. */
export type Submission = z.output<typeof submissionFields>;

/** A submission that has its names: what a task is made from. */
export type NamedSubmission = Submission & { task_id: string; run_id: string };

/** `run_id` of a task that was submitted without one. */
export const defaultRunId = (taskId: string) => `task-${taskId}`;

interface SubmissionLimits {
  maxPromptBytes: number;
}

/**
 * Checks untrusted input. Throws `HostRunnerError("invalid")` with every problem found, each with the path of
 * its field.
 */
export function parseSubmission(
  input: unknown,
  { maxPromptBytes }: SubmissionLimits = { maxPromptBytes: DEFAULT_MAX_PROMPT_BYTES },
): Submission {
  const result = submissionFields
    .superRefine(({ prompt }, context) => {
      const bytes = Buffer.byteLength(prompt);
      if (bytes > maxPromptBytes) {
        context.addIssue({
          code: "custom",
          path: ["prompt"],
          message: `has ${bytes} bytes, at most ${maxPromptBytes} are taken`,
        });
      }
    })
    .safeParse(input);
  const errors = toFieldErrors(result.error);
  errors.push(...modeErrors(input), ...notYetSupportedErrors(input));
  if (errors.length > 0 || !result.success) {
    throw invalidRequest(errors);
  }
  return result.data;
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
