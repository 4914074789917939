export type LocalRedisErrorCode =
  /** No source of a Redis: nothing installed, nothing that can be installed, no Docker. */
  | "not_available"
  /** Another process has a Redis on the folder. */
  | "in_use"
  /** There is a server program, and it does not start. */
  | "start_failed";

/** Why there is no Redis, and what to do about it: the message is for whoever typed the command. */
export class LocalRedisError extends Error {
  override readonly name = "LocalRedisError";
  readonly code: LocalRedisErrorCode;

  constructor(code: LocalRedisErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
