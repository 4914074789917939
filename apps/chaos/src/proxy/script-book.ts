import { createHash } from "node:crypto";
import type { Command } from "./command.ts";
import type { CommandTable } from "./command-table.ts";

/** What a script does to the data, as far as its text tells. */
export interface ScriptFacts {
  writes: boolean;
  needsMemory: boolean;
}

/** Nobody has shown it: it may do anything. */
const UNKNOWN: ScriptFacts = { writes: true, needsMemory: true };

/** Knows the scripts that came by: later they are called by their digests. */
export interface ScriptBook {
  /** Null: the command calls no script. */
  factsOf(command: Command, table: CommandTable): ScriptFacts | null;
}

export function createScriptBook(): ScriptBook {
  const known = new Map<string, ScriptFacts>();

  function learn(text: string, table: CommandTable): ScriptFacts {
    // A word was read byte by byte, and is hashed so.
    const digest = createHash("sha1").update(text, "latin1").digest("hex");
    const facts = known.get(digest) ?? examine(text, table);
    known.set(digest, facts);
    return facts;
  }

  return {
    factsOf({ name, words }, table) {
      if (name === "script|load") learn(words[2] ?? "", table);
      if (name === "eval") return learn(words[1] ?? "", table);
      if (name === "evalsha") return known.get(words[1]?.toLowerCase() ?? "") ?? UNKNOWN;
      return null;
    },
  };
}

/** By the commands that it names. Where it computes a name, it may be any. */
function examine(text: string, table: CommandTable): ScriptFacts {
  const calls = [...text.matchAll(/\bp?call\s*\(\s*(?:["'](\w+)["'])?/g)].map(([, name]) => name);
  const flags = calls.map((name) => (name ? table.get(name.toLowerCase())?.flags : undefined));
  const mayBe = (flag: string) => flags.some((known) => known === undefined || known.has(flag));
  return { writes: mayBe("write"), needsMemory: mayBe("denyoom") };
}
