import type { Client } from "@host-runner/client";
import type { FoundTarget, TargetOptions } from "./settings/find-target.ts";
import { cleanField, cleanLine, toJsonLine } from "./terminal/clean-text.ts";
import { createProgress, type Progress } from "./terminal/progress.ts";
import { openStreams, type Streams } from "./terminal/streams.ts";

/** What every verb takes. */
export interface CommonOptions extends TargetOptions {
  json?: boolean;
  quiet?: boolean;
  /** Of verbs that show what a command wrote. */
  raw?: boolean;
}

/** What a verb works with. */
export interface Context extends Streams {
  host: NodeJS.Process;
  /** The folder of this program, beside which those of the others are. */
  programFolder: string;
  json: boolean;
  quiet: boolean;
  /** A terminal gets what a command wrote as it is. */
  raw: boolean;
  /** On stderr, to a terminal alone. */
  progress: Progress;
  findTarget(): Promise<FoundTarget>;
  /** A client of the API that options, environment and configuration file name. */
  connect(options?: { follows: boolean }): Promise<Client>;
  /** Says something beside the result, on stderr; nothing with --quiet. */
  note(text: string): void;
  /** Says what went wrong, on stderr. */
  complain(text: string): void;
  /** An object as a line of JSON, on stdout. */
  printJson(value: unknown): Promise<void>;
  /** Fields of a line for programs, on stdout: separated by tabs, and clean. */
  printFields(...fields: (string | number | null)[]): Promise<void>;
}

/** An API that is not there now: long enough for its restart, and too short to annoy. */
const PATIENCE_MS = 2_000;
/** Who follows a task has time. */
const FOLLOW_PATIENCE_MS = 10 * 60_000;
const TELL_OF_OUTAGE_EVERY_MS = 30_000;

export function createContext(host: NodeJS.Process, programFolder: string, options: CommonOptions): Context {
  const { json = false, quiet = false, raw = false } = options;
  const streams = openStreams(host, { raw });
  const { out, err } = streams;
  const progress = createProgress(err, { isWanted: !quiet });
  let found: FoundTarget | undefined;

  const complain = (text: string) => {
    progress.clear();
    err.write(`${text}\n`);
  };
  const note = (text: string) => {
    if (!quiet) complain(text);
  };

  async function findTarget(): Promise<FoundTarget> {
    if (found) return found;
    const settings = await import("./settings/find-target.ts");
    found = await settings.findTarget(options, host.env);
    for (const warning of found.warnings) note(`host-runner: ${warning}`);
    return found;
  }

  async function connect({ follows } = { follows: false }): Promise<Client> {
    const [{ url, token }, { createClient }] = await Promise.all([
      findTarget(),
      import("@host-runner/client"),
    ]);
    let toldAt = 0;
    return createClient({
      url,
      token,
      patienceMs: PATIENCE_MS,
      followPatienceMs: FOLLOW_PATIENCE_MS,
      onRetry({ error }) {
        const text = `${cleanLine(error.message)}; trying again`;
        if (!follows) return progress.show(text);
        if (performance.now() - toldAt < TELL_OF_OUTAGE_EVERY_MS) return;
        toldAt = performance.now();
        note(`host-runner: ${text}`);
      },
    });
  }

  return {
    ...streams,
    host,
    programFolder,
    json,
    quiet,
    raw,
    progress,
    findTarget,
    connect,
    note,
    complain,
    async printJson(value) {
      progress.clear();
      await out.write(`${toJsonLine(value)}\n`);
    },
    async printFields(...fields) {
      progress.clear();
      await out.write(`${fields.map((field) => cleanField(String(field ?? ""))).join("\t")}\n`);
    },
  };
}
