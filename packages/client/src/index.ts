/**
 * A client of the HTTP API, for Node and for browsers: it needs fetch and nothing else.
 */
export type {
  CallbackEntry,
  CallbackPage,
  Execution,
  Problem,
  Run,
  SubmissionInput,
  Task,
  TaskCallback,
  TaskPage,
  TaskSummary,
  Worker,
} from "@host-runner/contracts";
export { isEnded, type TaskStatus } from "@host-runner/contracts/words";
export { type Client, type ClientOptions, createClient, type Output, type TaskFilter } from "./client.ts";
export { ClientError, type ClientErrorCode, isProblem, toClientError } from "./client-error.ts";
export type { RunEvent, TaskEvent } from "./events.ts";
