import { type ErrorCode, errorCatalogue, type FieldError, problemCode } from "@host-runner/contracts/words";

/**
 * Why a call failed. Beyond the API's own codes: `unreachable`, no answer came, and whether the call had an effect is
 * not known; `unexpected_answer`, something else than a host-runner API answered, such as a proxy.
 */
export type ClientErrorCode = ErrorCode | "unreachable" | "unexpected_answer";

interface ClientErrorOptions {
  cause?: unknown;
  status?: number | undefined;
  errors?: FieldError[] | undefined;
  retryAfterSeconds?: number | undefined;
  neverArrived?: boolean;
}

/** The one error of this package: every refusal and every failure of a call, by its code. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  /** The HTTP status of the answer; undefined where none came. */
  readonly status: number | undefined;
  /** Which fields are wrong, for `invalid`. */
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | undefined;
  /** It is certain that the call had no effect: nobody listens there. */
  readonly neverArrived: boolean;

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.neverArrived = options.neverArrived ?? false;
  }
}

/** The error that a problem (RFC 9457) stands for, such as one out of a batch's answer. */
export function toClientError(problem: object, retryAfterSeconds?: number): ClientError {
  const { type, status, detail, errors } = problem as {
    type?: unknown;
    status?: number;
    detail?: unknown;
    errors?: FieldError[];
  };
  const code = problemCode(type);
  const message = typeof detail === "string" ? detail : code ? errorCatalogue[code].title : "no detail given";
  return new ClientError(code ?? "unexpected_answer", message, { status, errors, retryAfterSeconds });
}

/** A refusal of this package itself, told as the API would tell it. */
export function invalidArgument(path: string, message: string): ClientError {
  const { status } = errorCatalogue.invalid;
  return new ClientError("invalid", `${path}: ${message}`, { status, errors: [{ path, message }] });
}

/** Whether a batch's answer for one submission is a problem, and not a task. */
export function isProblem<T extends object>(answer: T): answer is Extract<T, { type: string }> {
  return "type" in answer && problemCode(answer.type) !== null;
}
