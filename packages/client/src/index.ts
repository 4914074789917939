/**
 * A client of the HTTP API, for Node and for browsers: it needs fetch and nothing else.
 */
export type {
  Execution,
  Problem,
  Run,
  SubmissionInput,
  Task,
  TaskPage,
  TaskSummary,
  Worker,
} from "@host-runner/contracts";
export { isEnded, type TaskStatus } from "@host-runner/contracts/words";
export { type Client, type ClientOptions, createClient, type Output, type TaskFilter } from "./client.ts";
export { ClientError, type ClientErrorCode, isProblem, toClientError } from "./client-error.ts";
export type { TaskEvent } from "./events.ts";
