import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";

/** A kind of call, as a client of Redis makes it: one round trip, where it is not sent together with others. */
export interface Call {
  /** A command, or what a script says at its head that it does. */
  name: string;
  count: number;
  /** Commands that the script ran inside of Redis. */
  inside: number;
}

/** Listens to everything that Redis is asked to do. */
export interface CallCounter {
  /** What was asked for while the body ran, the most frequent first. */
  count(body: () => Promise<void>): Promise<Call[]>;
  close(): void;
}

/** What Redis still has to tell when the body is over. */
const LATE_MS = 100;

export async function openCallCounter(redis: Redis): Promise<CallCounter> {
  const scripts = new Map<string, string>();
  let calls = new Map<string, Call>();
  let current: Call | undefined;
  const monitor = await redis.monitor();
  monitor.on("monitor", (_time: string, args: string[], source: string) => {
    // Redis does one thing at a time: what comes from Lua belongs to the last call.
    if (source === "lua") {
      if (current) current.inside += 1;
      return;
    }
    const name = nameOf(args, scripts);
    current = calls.get(name) ?? { name, count: 0, inside: 0 };
    current.count += 1;
    calls.set(name, current);
  });
  // Scripts are sent in full where Redis does not know them, and have a name from then on.
  await redis.script("FLUSH");
  return {
    async count(body) {
      calls = new Map();
      await body();
      await delay(LATE_MS);
      return [...calls.values()].sort((a, b) => b.count - a.count);
    },
    close: () => monitor.disconnect(),
  };
}

function nameOf([command = "", argument = ""]: string[], scripts: Map<string, string>): string {
  switch (command.toLowerCase()) {
    case "eval": {
      const text = unescapeBytes(argument);
      scripts.set(createHash("sha1").update(text, "latin1").digest("hex"), describe(text));
      return describe(text);
    }
    case "evalsha":
      return scripts.get(argument) ?? `script ${argument}`;
    default:
      return command.toUpperCase();
  }
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };

/** Redis shows arguments as C would write them, a byte a character. */
function unescapeBytes(argument: string): string {
  return argument.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The first words of a script's head. */
function describe(script: string): string {
  const head = /^\s*--\[\[\s*(.*?)\]\]/s.exec(script)?.[1] ?? "a script";
  return `script: ${head
    .split(/[.:,](?:\s|$)|[([]|\n\s*\n/)[0]!
    .trim()
    .replace(/\s+/g, " ")}`;
}
