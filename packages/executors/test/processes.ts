import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

/** A number of seconds for `sleep` that no other process on this host sleeps: what it is found by. */
export const uniqueSeconds = (): string => `${randomInt(100, 1000)}.${randomInt(1e9, 1e10)}`;

/** The pids of the living processes that are `sleep SECONDS`. */
export function sleepersOf(seconds: string): number[] {
  // Zombies have no arguments any more: ps shows their name alone.
  const { stdout } = spawnSync("ps", ["-ww", "-eo", "pid=,args="], {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, args] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid && args === `sleep ${seconds}` ? [Number(pid)] : [];
  });
}
