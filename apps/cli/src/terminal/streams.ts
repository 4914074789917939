import { createPaint, type Paint } from "./paint.ts";

/** One of the process's two outputs. */
export interface Stream {
  isTerminal: boolean;
  paint: Paint;
  /** The terminal's size now. */
  columns(): number;
  rows(): number;
  /** Resolves when more may be written: a slow reader is waited for. */
  write(text: string): Promise<void>;
}

export interface Streams {
  out: Stream;
  err: Stream;
  /** Aborted when who read stdout is gone. What is written after that is lost, silently. */
  readerGone: AbortSignal;
}

const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

export function openStreams({ stdout, stderr, env }: NodeJS.Process): Streams {
  const gone = new AbortController();
  stdout.on("error", () => gone.abort());
  // Nobody is there to be told.
  stderr.on("error", () => {});
  return { out: openStream(stdout, env, gone.signal), err: openStream(stderr, env), readerGone: gone.signal };
}

function openStream(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv, gone?: AbortSignal): Stream {
  const isTerminal = stream.isTTY === true;
  let draining: Promise<void> | undefined;
  return {
    isTerminal,
    paint: createPaint({ isTerminal, environment }),
    columns: () => stream.columns || USUAL_COLUMNS,
    rows: () => stream.rows || USUAL_ROWS,
    async write(text) {
      if (gone?.aborted || stream.destroyed) return;
      if (stream.write(text)) return;
      draining ??= untilDrained(stream, gone).finally(() => {
        draining = undefined;
      });
      await draining;
    },
  };
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
