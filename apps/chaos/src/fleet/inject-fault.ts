import { setTimeout as delay } from "node:timers/promises";
import type { Fault, Target } from "../plan/fault.ts";
import { findKeepers, type KeepingProcess } from "./find-keepers.ts";
import type { Fleet } from "./start-fleet.ts";
import type { Member } from "./supervise-member.ts";

/** So long tasks are leased whose answers arrive later. */
const LEASES_MS = 100;

/**
 * Does it. Resolves when it is over, which for a freeze is when everything goes on; with a remark where it met
 * something else than was planned.
 */
export async function injectFault(fault: Fault, fleet: Fleet): Promise<string | null> {
  const { redis, workers, apis, receiver, refusals } = fleet;
  switch (fault.kind) {
    case "kill-worker":
      return withProcess(workers[fault.worker], (member) => member.kill());
    case "terminate-worker":
      return withProcess(workers[fault.worker], (member) => member.terminate());
    case "freeze-worker":
      return withProcess(workers[fault.worker], (member) => member.freeze(fault.forMs));
    case "kill-helper":
      return withProcess(workers[fault.worker], (member) =>
        signalKeepers(member, fleet.stateDir, "helper", "SIGKILL"),
      );
    case "stop-helper":
      return withProcess(workers[fault.worker], (member) =>
        signalKeepers(member, fleet.stateDir, "helper", "SIGSTOP"),
      );
    case "kill-keeper":
      return withProcess(workers[fault.worker], (member) =>
        signalKeepers(member, fleet.stateDir, "keeper", "SIGKILL"),
      );
    case "stop-keeper":
      return withProcess(workers[fault.worker], (member) =>
        signalKeepers(member, fleet.stateDir, "keeper", "SIGSTOP"),
      );
    case "kill-helper-and-worker":
      return withProcess(workers[fault.worker], (member) => {
        const remark = signalKeepers(member, fleet.stateDir, "helper", "SIGKILL");
        member.kill();
        return remark;
      });
    case "kill-all-workers":
      for (const worker of workers) worker.kill();
      return null;
    case "kill-api":
      return withProcess(apis[fault.api], (member) => member.kill());
    case "terminate-api":
      return withProcess(apis[fault.api], (member) => member.terminate());
    case "freeze-api":
      return withProcess(apis[fault.api], (member) => member.freeze(fault.forMs));
    case "kill-redis":
      await redis.kill(fault.forMs);
      return null;
    case "freeze-redis":
      return (await redis.freeze(fault.forMs)) ? null : "it was away";
    case "cut-connections":
      return `${await redis.cutConnections()} connections`;
    case "flush-scripts":
      await redis.flushScripts();
      return null;
    case "scale-workers":
      await fleet.scaleWorkers(fault.workers);
      return null;
    case "rolling-restart":
      return `${await restartInTurn(fleet, fault.forMs)} restarts`;
    case "kill-receiver":
      return withProcess(receiver.member, (member) => member.kill());
    case "freeze-receiver":
      return withProcess(receiver.member, (member) => member.freeze(fault.forMs));
    case "spoil-receiver":
      receiver.spoil(fault.way);
      await delay(fault.forMs);
      receiver.mend();
      return null;
    case "step-clock":
      return withProcess(memberOf(fault, fleet), (member) => member.stepClock(fault.byMs, fault.forMs));
    case "refuse": {
      const name = "everybody" in fault ? null : memberOf(fault, fleet)?.name;
      if (name === undefined) return "it was not there";
      await refusals.refuse(name, fault.refusal, () => delay(fault.forMs));
      return null;
    }
    case "redis-refuses":
      await refusals.refuseReally(fault.word, () => delay(fault.forMs));
      return null;
    case "lose-answers":
      return withProcess(memberOf(fault, fleet), ({ name }) =>
        refusals.loseAnswers(name, () => delay(fault.forMs)),
      );
    case "starve-host":
      return withProcess(workers[fault.worker], (member) => member.starve(fault.lack, fault.forMs));
    case "cancel-into-give-back":
      // What is to be canceled is in the load, and comes by itself.
      if (fault.cause.kind !== "terminate-worker") return injectFault(fault.cause, fleet);
      return withProcess(workers[fault.cause.worker], (member) =>
        refusals.delayAnswers(member.name, async () => {
          await delay(LEASES_MS);
          member.terminate();
          await delay(LEASES_MS);
        }),
      );
  }
}

function memberOf(
  target: Exclude<Target, { everybody: true }>,
  { workers, apis }: Fleet,
): Member | undefined {
  return "worker" in target ? workers[target.worker] : apis[target.api];
}

/** Restarts one after the other, round and round, for so long. Resolves to how many. */
async function restartInTurn(fleet: Fleet, forMs: number): Promise<number> {
  const deadline = Date.now() + forMs;
  for (let restarts = 0; ; ) {
    for (const member of [...fleet.apis, ...fleet.workers]) {
      const life = member.current();
      member.terminate();
      // Where Redis is away it is not ready before that is over.
      while (member.current() === life || !(await member.isReady())) {
        if (Date.now() > deadline) return restarts;
        await delay(50);
      }
      restarts += 1;
      if (Date.now() > deadline) return restarts;
    }
  }
}

async function withProcess(
  member: Member | undefined,
  act: (member: Member) => unknown,
): Promise<string | null> {
  if (!member?.current()) return "it was not running";
  const remark = await act(member);
  return typeof remark === "string" ? remark : null;
}

/** To the helper, or to one keeper, which may be idle or run a command. */
function signalKeepers(
  member: Member,
  stateDir: string,
  role: KeepingProcess["role"],
  signal: NodeJS.Signals,
): string | null {
  const found = findKeepers(member.current()?.pid ?? -1, stateDir).filter((one) => one.role === role);
  for (const { pid } of role === "helper" ? found : found.slice(0, 1)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile.
    }
  }
  return found.length === 0 ? `it had no ${role} yet` : null;
}
