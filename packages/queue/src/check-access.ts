import { describeRefusal, refusalIn } from "./redis-refusal.ts";
import { loadScript, run, type ScriptRunner } from "./run-script.ts";

const checkAccessScript = loadScript("check-access");

/** What Redis says to each command that host-runner needs. */
export interface Access {
  /** Redis' clock, in ms since the epoch. */
  now: number;
  refused: { command: string; message: string }[];
}

/**
 * Tries every command of the scripts, on keys of its own. Rejects where Redis does not even run a script.
 */
export async function checkAccess(runner: ScriptRunner): Promise<Access> {
  const [now, ...flat] = await run<[number, ...string[]]>(checkAccessScript, runner, [{}]);
  const refused: Access["refused"] = [];
  for (let i = 0; i < flat.length; i += 2) refused.push({ command: flat[i]!, message: flat[i + 1]! });
  return { now, refused };
}

/** Throws the first refusal in the words of Redis, and for a missing right with the names of all such commands. */
export function throwIfRefused({ refused }: Access): void {
  const [first] = refused;
  if (!first) return;
  const message = describeRefusal(first.message);
  if (refusalIn(first.message) !== "NOPERM") throw new Error(message);
  const commands = refused.filter((one) => refusalIn(one.message) === "NOPERM").map(({ command }) => command);
  throw new Error(`NOPERM the user of REDIS_URL may not run ${commands.join(", ")} on the queue's keys`);
}
