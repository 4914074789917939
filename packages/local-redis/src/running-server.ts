import type { Writable } from "node:stream";

/** A server that takes commands: a child process or a container. */
export interface RunningServer {
  pid: number | undefined;
  /** Held open by whoever wants the server to go on, see `LocalRedis`. */
  lifeline: Writable | undefined;
  /** How it ended, in words for people, whoever ended it. Never rejects. */
  ended: Promise<string>;
  /** Ends it in order: what it acknowledged is on disk. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it as a crash would. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** The server ended before it took commands. */
export class FailedStart extends Error {
  override readonly name = "FailedStart";
  readonly ending: string;
  readonly logLines: readonly string[];

  constructor(ending: string, logLines: readonly string[]) {
    super(ending);
    this.ending = ending;
    this.logLines = logLines;
  }
}
