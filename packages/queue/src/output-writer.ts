import { setImmediate as nextTurn } from "node:timers/promises";
import type { OutputStream } from "@host-runner/contracts";
import { appendOutput } from "./append-output.ts";
import { BLOCK_BYTES, gather, release } from "./gather-bytes.ts";
import { createKeptRange } from "./kept-range.ts";
import type { Log } from "./log.ts";
import type { ScriptRunner } from "./run-script.ts";
import type { OutputEntry } from "./scripts.ts";
import { untilRedisTakesIt } from "./until-redis-takes-it.ts";
import { splitIncompleteCharacter } from "./utf8.ts";

/** Takes what a command writes, in order; a returned promise asks to pause it until it settles. */
export interface OutputWriter {
  write(stream: OutputStream, offset: number, chunk: Buffer): void | Promise<void>;
}

/** What one call stores: entries, and the ids of those that are dropped for them. */
export interface OutputBatch {
  entries: OutputEntry[];
  drop: string[];
  /** Whether it is all that the attempt wrote. */
  isAll: boolean;
  /** Whether an end of the output could not be stored. */
  isLost: boolean;
}

export interface OutputQueue extends OutputWriter {
  /**
   * Resolves when all but the end is in Redis, for which it waits as long as it takes, or the attempt is over there. The
   * end, which may be all of it, goes with the outcome.
   */
  close(): Promise<OutputBatch>;
}

interface OutputWriterOptions {
  runner: ScriptRunner;
  jobId: string;
  attempt: number;
  /** How much is kept of what is written, half of it from the beginning and half from the end. */
  keepBytes: number;
  /** Aborted when the worker's connections end. */
  abandoned: AbortSignal;
  /** Told how much has come to Redis. */
  onStored: (bytes: number) => void;
  log: Log;
}

/** A piece of a stream that goes into one entry. */
const MAX_ENTRY_BYTES = BLOCK_BYTES;
const MIN_ENTRY_BYTES = 256;

/** What is sent in one call. */
const MAX_BATCH_BYTES = 512 * 1024;

/** What is sent with the outcome at most. */
const MAX_LAST_BYTES = 64 * 1024;

/** What waits for Redis before the command is paused. */
const MAX_WAITING_BYTES = 2 * 1024 * 1024;

/**
 * Between two calls, by the number of entries so far: a line is seen at once, and a command that prints tiny pieces for long
 * gets larger entries instead of ever more of them.
 */
const INTERVALS_MS = [
  { upTo: 1_000, ms: 10 },
  { upTo: 4_000, ms: 50 },
  { upTo: Number.POSITIVE_INFINITY, ms: 200 },
];

/** The memory that an entry needs beside its bytes, here and in a call. */
const ENTRY_COST_BYTES = 64;

/** What is kept of an execution has no more entries than this. */
const KEEP_ENTRIES = 8_192;

/** Before the first call: what comes together goes together, for a short command with its outcome. */
const FIRST_WAIT_MS = 2;

export function createOutputQueue({
  runner,
  jobId,
  attempt,
  keepBytes,
  abandoned,
  onStored,
  log,
}: OutputWriterOptions): OutputQueue {
  const kept = createKeptRange(keepBytes, KEEP_ENTRIES);
  // Whole entries are dropped: they are to be small against what is kept.
  const maxEntryBytes = Math.max(MIN_ENTRY_BYTES, Math.min(MAX_ENTRY_BYTES, Math.floor(keepBytes / 8)));
  /** Ends of streams that are the beginning of a character: each entry is to be text of its own. */
  const cut: Record<OutputStream, { offset: number; bytes: Buffer } | null> = { stdout: null, stderr: null };
  let waiting: Omit<OutputEntry, "id">[] = [];
  /** With what each entry costs. */
  let waitingBytes = 0;
  let entries = 0;
  let closed = false;
  let isLost = false;
  let sending: Promise<void> | null = null;
  let firstWait: NodeJS.Timeout | undefined;
  let endPause = () => {};
  const relieve: (() => void)[] = [];

  return {
    write(stream, offset, chunk) {
      if (closed) return;
      const held = cut[stream];
      cut[stream] = null;
      const all = held ? Buffer.concat([held.bytes, chunk]) : chunk;
      const start = held ? held.offset : offset;
      const whole = splitIncompleteCharacter(all);
      if (whole < all.length)
        cut[stream] = { offset: start + whole, bytes: Buffer.from(all.subarray(whole)) };
      enqueue(stream, start, all.subarray(0, whole));
      if (waitingBytes > MAX_BATCH_BYTES) startSending();
      else if (!sending) firstWait ??= setTimeout(startSending, FIRST_WAIT_MS);
      if (waitingBytes > MAX_WAITING_BYTES) return new Promise((resolve) => relieve.push(resolve));
      // A command that prints as fast as it is read would keep the loop from writing what is being sent.
      if (sending && waitingBytes >= maxEntryBytes) return nextTurn();
    },
    async close() {
      for (const stream of ["stdout", "stderr"] as const) {
        const held = cut[stream];
        if (held) enqueue(stream, held.offset, held.bytes);
        cut[stream] = null;
      }
      clearTimeout(firstWait);
      await sending;
      while (waitingBytes > MAX_LAST_BYTES && !closed) await sendBatch(takeBatch());
      return closed ? { entries: [], drop: [], isAll: false, isLost } : takeBatch();
    },
  };

  function startSending(): void {
    firstWait = undefined;
    endPause();
    sending ??= send();
  }

  /** Over at once when there is enough for a batch. */
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, INTERVALS_MS.find(({ upTo }) => entries < upTo)!.ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Copies the bytes: they are the caller's again after this call. */
  function enqueue(stream: OutputStream, offset: number, bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const last = waiting.at(-1);
      // Small writes of the same stream become one entry, as long as they wait.
      if (last && last.stream === stream && last.bytes.length + bytes.length - from <= maxEntryBytes) {
        waitingBytes += bytes.length - from;
        last.bytes = gather(last.bytes, bytes.subarray(from));
        break;
      }
      const piece = bytes.subarray(from, from + maxEntryBytes);
      const length = from + piece.length < bytes.length ? splitIncompleteCharacter(piece) : piece.length;
      waiting.push({ stream, offset: offset + from, bytes: gather(null, piece.subarray(0, length)) });
      waitingBytes += length + ENTRY_COST_BYTES;
      from += length;
    }
  }

  async function send(): Promise<void> {
    try {
      while (waiting.length > 0 && !closed) {
        await sendBatch(takeBatch());
        for (const resolve of relieve.splice(0)) resolve();
        if (waiting.length > 0 && waitingBytes < MAX_BATCH_BYTES) await pause();
      }
    } finally {
      sending = null;
      for (const resolve of relieve.splice(0)) resolve();
    }
  }

  function takeBatch(): OutputBatch {
    const batch: OutputEntry[] = [];
    for (let cost = 0; batch.length < waiting.length && cost < MAX_BATCH_BYTES; ) {
      const { stream, offset, bytes } = waiting[batch.length]!;
      entries += 1;
      batch.push({ id: `${attempt}-${entries}`, stream, offset, bytes });
      cost += bytes.length + ENTRY_COST_BYTES;
      waitingBytes -= bytes.length + ENTRY_COST_BYTES;
    }
    waiting = waiting.slice(batch.length);
    const drop = batch.flatMap(({ id, bytes }) => kept.add(id, bytes.length));
    const isAll = batch.length === entries && waiting.length === 0 && drop.length === 0;
    return { entries: batch, drop, isAll, isLost };
  }

  async function sendBatch(batch: OutputBatch): Promise<void> {
    try {
      const answer = await untilRedisTakesIt({ purpose: "store output", log, abandoned }, () =>
        appendOutput(runner, { jobId, attempt, ...batch }),
      );
      if (answer === "closed") closed = true;
      else onStored(bytesOf(batch));
      for (const { bytes } of batch.entries) release(bytes);
    } catch (error) {
      closed = true;
      isLost = true;
      log.error({ err: error as Error, job: jobId }, "storing output failed: the rest of it is not kept");
    }
  }
}

export function bytesOf({ entries }: OutputBatch): number {
  return entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
