import { type DestinationStream, type Logger, pino } from "pino";
import { createLogDestination } from "./log-destination.ts";
import { prettyOptions } from "./prettifier.ts";

/** Where a secret may stand in what is logged. Its place stays, so that one sees it was there. */
const secretPaths = [
  "authorization",
  "*.authorization",
  "*.headers.authorization",
  "token",
  "*.token",
  "status_callback_token",
  "*.status_callback_token",
  "*.headers['x-runner-token']",
];

interface LoggerOptions {
  /** Which process says it: the `process` field of each line. */
  name: string;
  level: string;
  stdout: { isTTY?: boolean; fd: number };
}

export interface ProcessLog {
  log: Logger;
  /** Resolves when what was logged is written, for a process that exits next. */
  drain: () => Promise<void>;
}

/**
 * The process's log on stdout: JSON lines to a pipe or file, readable lines to a terminal. A reader that is
 * slow or gone neither blocks nor ends the process.
 */
export async function createLogger({ name, level, stdout }: LoggerOptions): Promise<ProcessLog> {
  const options = {
    level,
    base: { process: name, pid: process.pid },
    redact: { paths: secretPaths, censor: "[secret]" },
    serializers: { err: serializeError },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (stdout.isTTY) return { log: pino(options, await terminal()), drain: async () => {} };
  const destination = createLogDestination(stdout.fd);
  return { log: pino(options, destination), drain: destination.drain };
}

/**
 * The fields of an error that help. Errors of libraries carry more: those of ioredis have the command that failed, with a
 * password or a prompt among its arguments.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, aggregateErrors } = pino.stdSerializers.err(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  const members = aggregateErrors && {
    aggregateErrors: (error as AggregateError).errors.map(serializeError),
  };
  return { type, message, stack, code, syscall, ...members };
}

async function terminal(): Promise<DestinationStream> {
  const { default: pretty } = await import("pino-pretty");
  return pretty({ ...prettyOptions({ colorize: true, hide: ["process"] }), sync: true });
}
