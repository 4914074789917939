import { describeSystemError } from "../launch/describe-spawn-failure.ts";

/** Why this host cannot start any command now, in one line: the task is not to blame, and another host may run it. */
export class HostFault extends Error {
  override readonly name = "HostFault";
}

/** A host fault from an error of the operating system. */
export function toHostFault(what: string, error: unknown): HostFault {
  const { code, message } = error as NodeJS.ErrnoException;
  return new HostFault(`${what}: ${code ? describeSystemError(code) : message}`, { cause: error });
}
