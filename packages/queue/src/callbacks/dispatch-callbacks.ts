import { setTimeout as pause } from "node:timers/promises";
import type { CallbackBody } from "@host-runner/contracts";
import { bootMs } from "../boot-clock.ts";
import { type Log, logFault } from "../log.ts";
import { projectTask, type StoredSubmission } from "../project-task.ts";
import { toRecord } from "../read-tasks.ts";
import type { ScriptRunner } from "../run-script.ts";
import type { Subscriber } from "../subscriber.ts";
import { parseJobId } from "../task-id.ts";
import type { Observe } from "../transition.ts";
import { type ClaimedCallback, claimCallbacks, settleCallback } from "./callback-scripts.ts";
import { createOwnCallbacks } from "./own-callbacks.ts";
import {
  type CallbackState,
  parseCallbacks,
  type StoredCallback,
  toCallbackBody,
} from "./stored-callback.ts";

/** A callback that is due, for this process alone until `deadline` (ms since the epoch). */
export interface DueCallback {
  url: string;
  token: string | null;
  body: CallbackBody;
  /** How often it was tried before. */
  tries: number;
  /** Since when it is owed, in ms since the epoch by Redis' clock. */
  owedSince: number;
  /** Redis' clock, in ms since the epoch. */
  now: () => number;
  /** Whether nobody else can have the right to send it yet: nothing may be sent once this is false. */
  isMine: () => boolean;
}

/** What came of sending one; `detail` is for people. */
export type CallbackVerdict =
  | { state: "delivered"; answer: number }
  | { state: "failed"; answer: number | null; detail: string }
  | { state: "pending"; answer: number | null; detail: string; delayMs: number }
  /** It was not sent at all, as the deadline had passed: whoever has it now sends it. */
  | { state: "passed-on" };

export type DeliverCallback = (callback: DueCallback) => Promise<CallbackVerdict>;

/** Who has not settled a callback by then has died, and another worker sends it. */
const CLAIM_MS = 20_000;

/** Of that, the time in which sending may begin; the rest is for the receiver's answer, and for recording it. */
const BEGIN_MS = 6_000;

/** While the callbacks of this worker's own tasks are waited for. */
const LOOK_AGAIN_MS = 50;

/** After a fault of Redis' or ours. */
const AFTER_FAULT_MS = 1_000;

interface DispatchOptions {
  runner: ScriptRunner;
  subscriber: Subscriber;
  /** How many are sent at a time. */
  concurrency: number;
  deliver: DeliverCallback;
  observe: Observe;
  log: Log;
}

export interface CallbackDispatch {
  /** Told of a task that has ended here and owes a callback. */
  ended(jobId: string): void;
  /** Resolves when the callbacks of tasks that ended here lately are sent or wait for another try, at the latest in time. */
  sendOwn(timeoutMs: number): Promise<void>;
  /** Claims no more; resolves when those that are being sent are settled. */
  stop(): Promise<void>;
}

/**
 * Sends the callbacks that are owed, with all other workers: of each task one after the other, and different tasks'
 * beside each other. Woken by a message, at the instant when the next one is due, and when Redis comes back; it asks
 * for nothing while nothing is owed.
 */
export function startCallbackDispatch({
  runner,
  subscriber,
  concurrency,
  deliver,
  observe,
  log,
}: DispatchOptions): CallbackDispatch {
  const { redis, keys } = runner;
  const sending = new Set<Promise<void>>();
  let claiming: Promise<void> | null = null;
  let wokenMeanwhile = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const own = createOwnCallbacks(runner);

  subscriber.onMessage((channel) => {
    if (channel === keys.callbacksChannel) wake();
  });
  subscriber.subscribe(keys.callbacksChannel).then(wake, () => {});
  // Messages may have been missed while the connection was away.
  subscriber.onRenewed(wake);
  redis.on("ready", wake);

  return {
    ended: own.add,
    async sendOwn(timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      for (;;) {
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0 || redis.status !== "ready") return;
        if (sending.size === 0) {
          // A Redis that is frozen answers nothing.
          const areDue = own.areDueWithin(leftMs).catch(() => false);
          if (!(await Promise.race([areDue, pause(leftMs, false, { ref: false })]))) return;
        }
        wake();
        await Promise.race([...sending, pause(LOOK_AGAIN_MS)]);
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      redis.off("ready", wake);
      await claiming;
      await Promise.all(sending);
    },
  };

  function wake(): void {
    if (stopped || redis.status !== "ready") return;
    if (claiming) {
      wokenMeanwhile = true;
      return;
    }
    claiming = claim()
      .catch((error: Error) => {
        logFault(log, error, "looking for callbacks that are due failed; trying again");
        wakeIn(AFTER_FAULT_MS);
      })
      .finally(() => {
        claiming = null;
        if (wokenMeanwhile) wake();
      });
  }

  async function claim(): Promise<void> {
    wokenMeanwhile = false;
    const limit = concurrency - sending.size;
    // Each that is settled wakes it again.
    if (limit <= 0) return;
    const askedMs = bootMs();
    const isMine = () => bootMs() < askedMs + BEGIN_MS;
    const [redisNow, msUntilNext, ...claimed] = await claimCallbacks(runner, { limit, claimMs: CLAIM_MS });
    const answeredMs = performance.now();
    const now = () => Math.round(redisNow + performance.now() - answeredMs);
    for (const callback of claimed) {
      const sent = send(callback, { now, isMine }).finally(() => {
        sending.delete(sent);
        wake();
      });
      sending.add(sent);
    }
    if (claimed.length < limit && msUntilNext >= 0) wakeIn(msUntilNext);
  }

  function wakeIn(ms: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(wake, Math.max(ms, 1));
  }

  async function send(
    [head, flat]: ClaimedCallback,
    { now, isMine }: Pick<DueCallback, "now" | "isMine">,
  ): Promise<void> {
    const [jobId = "", seq = ""] = head.split(" ");
    try {
      const record = toRecord(flat);
      const stored = parseCallbacks(record)?.find((callback) => callback.seq === Number(seq));
      const { status_callback_url: url, status_callback_token: token = null } = JSON.parse(
        record.data ?? "{}",
      ) as StoredSubmission;
      if (!stored || url === undefined) {
        await settle(head, { state: "failed", answer: null, detail: "it is not known what to send" });
        return;
      }
      const task = projectTask(record, parseJobId(jobId).execution);
      const body = toCallbackBody(task, stored);
      const { tries, at: owedSince } = stored;
      const verdict = await deliver({ url, token, body, tries, owedSince, now, isMine });
      if (verdict.state === "passed-on") return;
      await settle(head, verdict);
      tell(jobId, stored, verdict);
    } catch (error) {
      // Not settled, it is sent again when the claim is over: with the same id, as the receiver can see.
      log.warn(
        { err: error as Error, job: jobId },
        "sending a callback failed inside host-runner; trying again",
      );
    }
  }

  async function settle(
    head: string,
    verdict: Exclude<CallbackVerdict, { state: "passed-on" }>,
  ): Promise<void> {
    await settleCallback(runner, {
      head,
      state: verdict.state as CallbackState,
      answer: verdict.answer ?? undefined,
      ...(verdict.state === "delivered" ? { detail: undefined } : { detail: verdict.detail }),
      ...(verdict.state === "pending" && { delayMs: verdict.delayMs }),
    });
  }

  function tell(
    job: string,
    { id, status }: StoredCallback,
    verdict: Exclude<CallbackVerdict, { state: "passed-on" }>,
  ): void {
    const result = verdict.state === "pending" ? "retried" : verdict.state;
    observe({ type: "callback", result });
    if (verdict.state === "failed") {
      log.warn({ job, event: id, status, detail: verdict.detail }, "a callback could not be delivered");
    } else if (verdict.state === "pending") {
      const { detail, delayMs } = verdict;
      log.info({ job, event: id, status, detail, delayMs }, "a callback failed; trying again");
    }
  }
}
