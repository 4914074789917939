import { closeStyles, endFilter, filterPiece, startOfText } from "./output-filter.ts";
import { createPaint, type Paint } from "./paint.ts";

/** One of the process's two outputs. */
export interface Stream {
  isTerminal: boolean;
  paint: Paint;
  /** The terminal's size now. */
  columns(): number;
  rows(): number;
  /** Resolves when more may be written: a slow reader is waited for. The text has to be clean. */
  write(text: string): Promise<void>;
  /** The same for a piece of what a command wrote: a terminal gets it filtered, anything else as it is. */
  writeOutput(piece: string): Promise<void>;
  /** The commands' output is over: shows what was held back of it. */
  endOutput(): Promise<void>;
}

export interface Streams {
  out: Stream;
  err: Stream;
  /** Aborted when who read stdout is gone. What is written after that is lost, silently. */
  readerGone: AbortSignal;
}

const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

interface StreamOptions {
  /** A terminal gets the commands' output as it is, whatever that does to it. */
  raw?: boolean;
}

export function openStreams(host: NodeJS.Process, { raw = false }: StreamOptions = {}): Streams {
  const { stdout, stderr, env } = host;
  const gone = new AbortController();
  stdout.on("error", () => gone.abort());
  // Nobody is there to be told.
  stderr.on("error", () => {});
  // Both may be the same terminal, where a style of one is a style of the other.
  const closeAll = () => {
    out.closeStyles();
    err.closeStyles();
  };
  const out = openStream(stdout, { env, raw, closeAll, gone: gone.signal });
  const err = openStream(stderr, { env, raw, closeAll });
  if (!raw && (stdout.isTTY || stderr.isTTY)) beforeDeath(host, closeAll);
  return { out, err, readerGone: gone.signal };
}

interface OpenOptions {
  env: NodeJS.ProcessEnv;
  raw: boolean;
  /** Ends the styles that commands have left open, wherever. */
  closeAll: () => void;
  gone?: AbortSignal;
}

function openStream(stream: NodeJS.WriteStream, { env, raw, closeAll, gone }: OpenOptions) {
  const isTerminal = stream.isTTY === true;
  const isFiltered = isTerminal && !raw;
  let filter = startOfText;
  let draining: Promise<void> | undefined;

  return {
    isTerminal,
    paint: createPaint({ isTerminal, environment: env }),
    columns: () => stream.columns || USUAL_COLUMNS,
    rows: () => stream.rows || USUAL_ROWS,
    write(text: string) {
      closeAll();
      return send(text);
    },
    writeOutput(piece: string) {
      if (!isFiltered) return send(piece);
      const { state, shown } = filterPiece(filter, piece);
      filter = state;
      return send(shown);
    },
    endOutput() {
      const rest = endFilter(filter);
      filter = startOfText;
      return rest === "" ? Promise.resolve() : send(rest);
    },
    closeStyles() {
      const { state, shown } = closeStyles(filter);
      filter = state;
      if (shown !== "") void send(shown);
    },
  };

  async function send(text: string): Promise<void> {
    if (gone?.aborted || stream.destroyed) return;
    if (stream.write(text)) return;
    draining ??= untilDrained(stream, gone).finally(() => {
      draining = undefined;
    });
    await draining;
  }
}

/** Does something before a signal ends the process, where nobody else has it go on. */
function beforeDeath(host: NodeJS.Process, work: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    host.once(signal, () => {
      work();
      if (host.listenerCount(signal) === 0) host.kill(host.pid, signal);
    });
  }
}

function untilDrained(stream: NodeJS.WriteStream, gone: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off("drain", settle);
      gone?.removeEventListener("abort", settle);
      resolve();
    };
    stream.once("drain", settle);
    gone?.addEventListener("abort", settle, { once: true });
  });
}

/** Resolves when everything is written, for a process that exits next. */
export function drainStreams({ stdout, stderr }: NodeJS.Process): Promise<unknown> {
  return Promise.all(
    [stdout, stderr].map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (stream.destroyed) resolve();
          else stream.write("", () => resolve());
        }),
    ),
  );
}
