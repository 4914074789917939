import { refusalOf } from "./redis-refusal.ts";

/** What this package needs of a logger; pino's fits. */
export interface Log {
  info(message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tells of a failed call. A refusal by Redis is told once for all calls, see `watchRedis`. */
export function logFault(log: Log, error: unknown, message: string, fields: object = {}): void {
  if (refusalOf(error) === null) log.warn({ err: error as Error, ...fields }, message);
}
