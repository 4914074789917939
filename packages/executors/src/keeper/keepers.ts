import { closeSync, constants, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, readStat } from "../shell/containment/proc.ts";
import { sendSignal } from "../shell/containment/process-group.ts";
import { codeOf } from "./errno.ts";
import { type Helper, type HelperOptions, startHelper } from "./helper.ts";
import { createRequestFolder, type Order, type OrderEnd } from "./order.ts";
import {
  type Answer,
  type CommandRequest,
  formatRequest,
  formatRun,
  formatStop,
  type StopPlan,
} from "./protocol.ts";

/** Runs commands by keepers: processes that each run one command after the other. See keeper/keeper.pl. */
export interface Keepers {
  /** Whether commands are born in cgroups, below the one that was given. */
  readonly hasCgroups: boolean;
  /** Asks for a command at once. Does not throw. */
  run(options: RunOptions): KeptCommand;
  /** Makes FIFOs in the folder, named by numbers. Rejects with what the system refuses; none is left then. */
  makeFifos(first: number, count: number): Promise<void>;
  /**
   * Stops what runs, and ends helper and keepers, which remove the worker's folders and cgroup. Resolves when they are
   * gone.
   */
  close(): Promise<void>;
}

export interface RunOptions {
  request: CommandRequest;
  plan: StopPlan;
  /** A text in the command's environment that no other command's has. */
  mark: string;
}

export interface KeptCommand {
  /** Resolves once, never rejects. */
  ended: Promise<OrderEnd>;
  /** Ends it, by the plan, with all it has started. Safe to call at any time. */
  stop(): void;
}

export interface KeepersOptions extends HelperOptions {
  perl: string;
  /** Makes a FIFO of that path. Rejects with what the system refuses. */
  placeFifo(path: string): Promise<void>;
  /** Makes the worker's folders again, where somebody has removed them. */
  restoreFolders(): void;
  /** Stops what carries the mark or is in the cgroup; resolves with what even SIGKILL did not end. */
  sweep(mark: string, cgroup: string | null): Promise<number[]>;
}

/** Where this system has no keepers. */
export class KeepersUnavailable extends Error {
  override readonly name = "KeepersUnavailable";
}

/** A helper, and the keepers that it has forked: both may be there without the other. */
interface Home {
  helper: Helper;
  startedAt: number;
  isDead: boolean;
  /** Ticks since a ping that it has not answered; null where none is under way. */
  silentTicks: number | null;
}

/** FIFOs that a helper has been asked for. */
interface Batch {
  home: Home;
  settle(errno: number | "left"): void;
}

interface Keeper {
  number: number;
  home: Home;
  /** The descriptor of its FIFO. */
  orders: number;
  /** Null until it has said who it is. */
  process: { pid: number; startTime: string } | null;
  order: Order | null;
  idleTicks: number;
}

const TICK_MS = 1_000;
/** A start or a ping that is not answered for so long never will be. */
const PATIENCE_TICKS = 4;
/** Beyond its plan, that a stop may take. */
const STOP_SPARE_TICKS = 5;
/** How often an order is asked for again, where keepers end or fall silent before they have started it. */
const MAX_TRIES = 3;
/** A keeper that is idle for so long is let go, unless it is the last one. */
const IDLE_TICKS = 10;
/** A helper that lives for so long was a good one. */
const GOOD_LIFE_MS = 10_000;
const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 10_000;
/** An order does not wait longer for another helper. */
const RESTART_PATIENCE_MS = 1_000;
const READY_TIMEOUT_MS = 5_000;

/** Starts the helper. Rejects with KeepersUnavailable where this system has no keepers. */
export async function startKeepers(options: KeepersOptions): Promise<Keepers> {
  const { folder, perl } = options;
  let { cgroup } = options;
  const requests = createRequestFolder(folder);
  const keepers = new Map<number, Keeper>();
  const orders = new Map<number, Order>();
  const idle: Keeper[] = [];
  const waiting: Order[] = [];
  const homes = new Set<Home>();
  const batches = new Map<number, Batch>();
  let forking = 0;
  let numbers = 0;
  let isClosing = false;
  let failures = 0;
  let restartAt = 0;
  let restart: NodeJS.Timeout | undefined;
  let tick: NodeJS.Timeout | null = null;
  let first = { resolve: (_: boolean) => {}, reject: (_: Error) => {} };
  const isReady = new Promise<boolean>((resolve, reject) => {
    first = { resolve, reject };
  });
  let current: Home | null = startHome();
  const timeout = setTimeout(
    () => first.reject(new KeepersUnavailable("it does not answer")),
    READY_TIMEOUT_MS,
  );
  try {
    if (!(await isReady)) cgroup = null;
  } catch (error) {
    isClosing = true;
    for (const { helper } of homes) helper.kill();
    throw error;
  } finally {
    clearTimeout(timeout);
  }
  return { hasCgroups: cgroup !== null, run, makeFifos, close };

  // ------------------------------------------------------------------------------------------------------- orders

  function run({ request, plan, mark }: RunOptions): KeptCommand {
    let settle: (end: OrderEnd) => void = () => {};
    const ended = new Promise<OrderEnd>((resolve) => {
      settle = resolve;
    });
    const order: Order = {
      ...{ id: 0, request: formatRequest(request), plan, mark },
      ...{ failedTries: 0, ticks: 0, isStopping: false, isSettled: false, failure: null },
      settle(end) {
        order.isSettled = true;
        settle(end);
      },
    };
    ask(order);
    return { ended, stop: () => stop(order) };
  }

  function ask(order: Order): void {
    try {
      place(order);
    } catch (error) {
      order.settle({ kind: "refused", error });
      return;
    }
    waiting.push(order);
    dispatch();
    keepTicking();
  }

  /** Writes its request file, under a new number: whoever knows the old one can start nothing any more. */
  function place(order: Order): void {
    order.id = ++numbers;
    order.ticks = 0;
    try {
      requests.write(order);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      options.restoreFolders();
      requests.write(order);
    }
    orders.set(order.id, order);
  }

  function askAgain(order: Order): void {
    orders.delete(order.id);
    if (order.isSettled) return;
    order.failedTries += 1;
    if (isClosing) order.settle({ kind: "withdrawn" });
    else if (order.failedTries < MAX_TRIES) ask(order);
    else order.settle({ kind: "refused", error: new Error("its keepers do not start it") });
  }

  function stop(order: Order): void {
    if (order.isSettled || order.isStopping) return;
    order.isStopping = true;
    order.ticks = 0;
    if (requests.withdraw(order)) {
      const at = waiting.indexOf(order);
      if (at >= 0) {
        waiting.splice(at, 1);
        orders.delete(order.id);
      }
      order.settle({ kind: "withdrawn" });
      return;
    }
    const keeper = keeperOf(order);
    if (keeper) tell(keeper, formatStop(order.id));
  }

  /** Hands waiting orders to idle keepers, and asks for as many keepers as are missing. */
  function dispatch(): void {
    while (waiting.length > 0 && idle.length > 0) assign(idle.pop()!, waiting.shift()!);
    while (waiting.length > forking) void fork();
  }

  function assign(keeper: Keeper, order: Order): void {
    keeper.order = order;
    keeper.idleTicks = 0;
    tell(keeper, formatRun(order.id, order.plan));
  }

  function tell(keeper: Keeper, line: string): void {
    try {
      writeSync(keeper.orders, line);
    } catch {
      // Its pipe is full: it has not read for a long time, which a tick will see.
    }
  }

  function keeperOf(order: Order): Keeper | undefined {
    for (const keeper of keepers.values()) if (keeper.order === order) return keeper;
    return undefined;
  }

  // ------------------------------------------------------------------------------------------------------ answers

  function onAnswer(home: Home, answer: Answer): void {
    switch (answer.kind) {
      case "ready":
        first.resolve(answer.hasCgroups);
        return;
      case "unable":
        home.helper.kill();
        first.reject(new KeepersUnavailable(answer.reason));
        return;
      case "pong":
        home.silentTicks = null;
        return;
      case "fifos":
        batches.get(answer.first)?.settle(answer.errno);
        return;
      case "keeper": {
        const keeper = keepers.get(answer.keeper);
        if (keeper) keeper.process = answer;
        return;
      }
      case "unforked": {
        const keeper = keepers.get(answer.keeper);
        if (!keeper) return;
        const { order } = keeper;
        drop(keeper);
        if (!order) return;
        requests.withdraw(order);
        end(order, { kind: "failed", step: "fork", errno: answer.errno });
        return;
      }
      case "failed": {
        const order = orders.get(answer.id);
        if (order) order.failure = answer;
        return;
      }
      case "ended":
        onEnded(answer);
        return;
      case "gone":
        onGone(answer);
        return;
    }
  }

  function onEnded({ id, status, cause, survivors }: Extract<Answer, { kind: "ended" }>): void {
    const order = orders.get(id);
    if (!order) return;
    const keeper = keeperOf(order);
    const { failure } = order;
    order.failure = null;
    // With survivors it stays with them, until it is told to be gone.
    if (keeper && survivors.length === 0) release(keeper, { isSpent: failure?.step === "cgroup" });
    if (failure === null) end(order, { kind: "ended", status, cause, survivors });
    // Nobody has claimed it, and another keeper gets another cgroup.
    else if (failure.step === "cgroup" && requests.withdraw(order)) askAgain(order);
    else end(order, { kind: "failed", step: failure.step, errno: failure.errno });
    dispatch();
  }

  function release(keeper: Keeper, { isSpent }: { isSpent: boolean }): void {
    keeper.order = null;
    if (isSpent || isClosing || keeper.home.isDead) drop(keeper);
    else idle.push(keeper);
  }

  function onGone({ keeper: number, survivors }: Extract<Answer, { kind: "gone" }>): void {
    const keeper = keepers.get(number);
    if (!keeper) {
      removeCgroupOf(number);
      return;
    }
    const { order } = keeper;
    drop(keeper);
    if (!order) return;
    // Its keeper was killed before anything was started.
    if (requests.withdraw(order)) askAgain(order);
    else end(order, { kind: "lost", survivors });
  }

  function end(order: Order, how: OrderEnd): void {
    orders.delete(order.id);
    if (!order.isSettled) order.settle(how);
  }

  // ------------------------------------------------------------------------------------------------------ keepers

  async function fork(): Promise<void> {
    forking += 1;
    let keeper: Keeper | null = null;
    let refusal: unknown;
    try {
      const home = await liveHome();
      keeper = await openKeeper(home);
    } catch (error) {
      refusal = error;
    }
    forking -= 1;
    if (keeper && !keeper.home.isDead && !isClosing) {
      keeper.home.helper.send(`keeper ${keeper.number}\n`);
      idle.push(keeper);
    } else {
      if (keeper) drop(keeper);
      // The one that it was for, or another one: each waits for one.
      const order = waiting.shift();
      if (order && requests.withdraw(order)) {
        if (refusal === undefined) askAgain(order);
        else end(order, { kind: "refused", error: refusal });
      }
    }
    dispatch();
  }

  async function openKeeper(home: Home): Promise<Keeper> {
    const number = ++numbers;
    const path = fifoOf(number);
    await options.placeFifo(path);
    try {
      if (cgroup !== null) mkdirSync(join(cgroup, String(number)), { recursive: true });
      // Both ends: so it can be opened before the keeper is there. It does not block where the keeper does not read.
      const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      const keeper = { number, home, orders: descriptor, process: null, order: null, idleTicks: 0 };
      keepers.set(number, keeper);
      return keeper;
    } catch (error) {
      rmSync(path, { force: true });
      removeCgroupOf(number);
      throw error;
    }
  }

  function fifoOf(number: number): string {
    return join(folder, `keeper-${number}`);
  }

  /** Lets a keeper go: it ends when its FIFO has no writer, after stopping what it runs. */
  function drop(keeper: Keeper): void {
    if (!keepers.delete(keeper.number)) return;
    const at = idle.indexOf(keeper);
    if (at >= 0) idle.splice(at, 1);
    closeOrders(keeper);
    rmSync(fifoOf(keeper.number), { force: true });
    removeCgroupOf(keeper.number);
  }

  function removeCgroupOf(number: number): void {
    if (cgroup === null) return;
    try {
      rmdirSync(join(cgroup, String(number)));
    } catch {
      // Something is in it yet: it is removed when its keeper is gone, or with the worker's own.
    }
  }

  function killKeeper({ process: known }: Keeper): void {
    if (known && isRunning(known)) sendSignal(known.pid, "SIGKILL");
  }

  /** A keeper has ended, and its helper is not there to stop what it left. */
  async function onUnseenEnd(keeper: Keeper): Promise<void> {
    const { order } = keeper;
    const place = cgroup === null ? null : join(cgroup, String(keeper.number));
    keeper.order = null;
    if (!order) return drop(keeper);
    if (requests.withdraw(order)) {
      drop(keeper);
      return askAgain(order);
    }
    const survivors = order.isSettled ? [] : await options.sweep(order.mark, place);
    drop(keeper);
    removeCgroupOf(keeper.number);
    end(order, { kind: "lost", survivors });
  }

  // ------------------------------------------------------------------------------------------------------- helper

  function startHome(): Home {
    const home: Home = {
      startedAt: performance.now(),
      isDead: false,
      silentTicks: null,
      helper: startHelper(
        perl,
        { ...options, cgroup },
        {
          onAnswer: (answer) => onAnswer(home, answer),
          // Nobody can tell what else it would get wrong. Its keepers are separate programs, and go on.
          onNonsense: () => home.helper.kill(),
          onExit: () => onHelperExit(home),
          onSilence: () => onHomeSilent(home),
        },
      ),
    };
    homes.add(home);
    return home;
  }

  function onHelperExit(home: Home): void {
    leave(home);
    first.reject(new KeepersUnavailable("it ends at once"));
    if (home.helper.pid === undefined) homes.delete(home);
    for (const keeper of [...keepers.values()]) {
      if (keeper.home !== home) continue;
      const { order } = keeper;
      if (!order) drop(keeper);
      else if (keeper.process === null && requests.withdraw(order)) {
        drop(keeper);
        askAgain(order);
      }
    }
    if (isClosing) return;
    // The next one comes at once; one that ends again and again comes later and later.
    failures = performance.now() - home.startedAt > GOOD_LIFE_MS ? 0 : failures + 1;
    const pauseMs = failures <= 1 ? 0 : Math.min(FIRST_RESTART_MS * 2 ** (failures - 2), LONGEST_RESTART_MS);
    restartAt = performance.now() + pauseMs;
    clearTimeout(restart);
    restart = setTimeout(() => void liveHome().catch(() => {}), pauseMs).unref();
  }

  /** Asks it for nothing more, and expects nothing more of it. */
  function leave(home: Home): void {
    home.isDead = true;
    if (current === home) current = null;
    for (const batch of batches.values()) if (batch.home === home) batch.settle("left");
  }

  async function makeFifos(first: number, count: number): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const home = await liveHome();
      const answer = await new Promise<number | "left">((settle) => {
        batches.set(first, { home, settle });
        home.helper.send(`fifos ${first} ${count}\n`);
        keepTicking();
      });
      batches.delete(first);
      if (answer === 0) return;
      if (answer !== "left") throw Object.assign(new Error("mknod failed"), { code: codeOf(answer) });
    }
    throw new Error("their helpers do not make FIFOs");
  }

  /** The helper, another one if need be. Rejects where there is none for some time. */
  async function liveHome(): Promise<Home> {
    if (current) return current;
    const pauseMs = restartAt - performance.now();
    if (pauseMs > RESTART_PATIENCE_MS) throw new Error("their helper ends again and again");
    if (pauseMs > 0) await delay(pauseMs);
    if (isClosing) throw new Error("the worker stops");
    current ??= startHome();
    const { helper } = current;
    // What the system refuses is told a moment later.
    if (helper.pid === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      throw Object.assign(new Error("its helper cannot be started"), { code: helper.errorCode ?? "EAGAIN" });
    }
    return current;
  }

  /** Nobody holds its answers open any more: all of its keepers have ended. */
  function onHomeSilent(home: Home): void {
    homes.delete(home);
    // This may come before the news of its exit.
    leave(home);
    for (const keeper of [...keepers.values()]) if (keeper.home === home) void onUnseenEnd(keeper);
  }

  // -------------------------------------------------------------------------------------------------------- ticks

  /** Runs while there is something to watch, and keeps this process running while a command does. */
  function keepTicking(): void {
    tick ??= setInterval(onTick, TICK_MS);
    tick.ref();
  }

  /**
   * Counts ticks, not time: where this process was stopped for a while, the answers that came meanwhile are read before
   * the next tick.
   */
  function onTick(): void {
    for (const order of [...orders.values()]) watch(order);
    for (const home of homes) if (!home.isDead) ping(home);
    // The one that is used first is the last.
    for (const keeper of idle.slice(0, -1)) if (++keeper.idleTicks > IDLE_TICKS) drop(keeper);
    if (orders.size > 0 || batches.size > 0) return;
    tick?.unref();
    if (idle.length > 1) return;
    clearInterval(tick ?? undefined);
    tick = null;
  }

  function watch(order: Order): void {
    const keeper = keeperOf(order);
    order.ticks += 1;
    if (!keeper) return;
    if (keeper.home.isDead && keeper.process) {
      // Its helper would do both for it.
      const stat = readStat(keeper.process.pid);
      if (!stat || !isAlive(stat) || stat.startTime !== keeper.process.startTime) void onUnseenEnd(keeper);
      else if (stat.state === "T") sendSignal(keeper.process.pid, "SIGCONT");
    }
    if (order.isStopping) {
      const { signals, gracePeriodMs } = order.plan;
      const planMs = signals.length * gracePeriodMs + options.killTimeoutMs;
      if (order.ticks === Math.ceil(planMs / TICK_MS) + STOP_SPARE_TICKS) killKeeper(keeper);
      return;
    }
    if (order.ticks === PATIENCE_TICKS && requests.withdraw(order)) {
      // Either its helper has not forked it, or it does not read.
      if (keeper.process === null) keeper.home.helper.kill();
      killKeeper(keeper);
      drop(keeper);
      askAgain(order);
    }
  }

  function ping(home: Home): void {
    if (home.silentTicks === null) {
      home.silentTicks = 0;
      home.helper.send("ping 1\n");
    } else if (++home.silentTicks >= PATIENCE_TICKS) home.helper.kill();
  }

  async function close(): Promise<void> {
    if (isClosing) return;
    isClosing = true;
    clearTimeout(restart);
    const last = current;
    for (const order of waiting.splice(0)) {
      requests.withdraw(order);
      end(order, { kind: "withdrawn" });
    }
    // Longest: what is under way is stopped by its plan.
    const plans = [...orders.values()].map(({ plan }) => plan.signals.length * plan.gracePeriodMs);
    const until = performance.now() + Math.max(0, ...plans) + 2 * options.killTimeoutMs;
    for (const keeper of keepers.values()) closeOrders(keeper);
    last?.helper.end();
    while (homes.size > 0 && performance.now() < until) await delay(2);
    for (const { helper } of homes) helper.kill();
    if (tick) clearInterval(tick);
    tick = null;
    for (const order of [...orders.values()]) end(order, { kind: "lost", survivors: [] });
  }

  function closeOrders(keeper: Keeper): void {
    if (keeper.orders >= 0) closeSync(keeper.orders);
    // Nothing else is to be written to that number.
    keeper.orders = -1;
  }
}

function isRunning({ pid, startTime }: { pid: number; startTime: string }): boolean {
  const stat = readStat(pid);
  return stat !== null && isAlive(stat) && stat.startTime === startTime;
}
