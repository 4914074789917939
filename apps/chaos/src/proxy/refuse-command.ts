import type { Command } from "./command.ts";
import type { CommandTable } from "./command-table.ts";
import type { Refusal, RefusalWord } from "./refusal.ts";
import type { ScriptBook, ScriptFacts } from "./script-book.ts";

interface Asked {
  command: Command;
  /** Null: it calls no script. */
  script: ScriptFacts | null;
  has: (flag: string) => boolean;
  hasKeys: boolean;
}

interface RefusalRule {
  /** What stands behind the word. */
  text: string;
  refuses: (asked: Asked) => boolean;
  /** Whether a script begins, and meets the refusal at one of its calls. */
  insideScripts: boolean;
}

const writes = ({ script, has }: Asked) => script?.writes ?? has("write");
const givesPassword = ({ command: { name, words } }: Asked) =>
  name === "auth" || (name === "hello" && words.some((word) => word.toLowerCase() === "auth"));
const ALLOWED_WHILE_BUSY = [
  ...["auth", "hello", "reset", "quit", "multi", "discard", "watch", "unwatch", "replconf"],
  ...["script|kill", "function|kill", "shutdown"],
];
const ALWAYS_BLOCK = ["blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzpopmin", "bzpopmax", "bzmpop"];

/** Whether it may wait in Redis. */
export const isBlocking = ({ name, words }: Command): boolean =>
  ALWAYS_BLOCK.includes(name) ||
  (name.startsWith("xread") && words.some((word) => word.toLowerCase() === "block"));

const plain = (text: string, refuses: RefusalRule["refuses"]): RefusalRule => ({
  ...{ text, refuses, insideScripts: false },
});
const inside = (text: string, refuses: RefusalRule["refuses"]): RefusalRule => ({
  ...{ text, refuses, insideScripts: true },
});

/** What each word refuses: as Redis does it, by the flags of its own commands. */
const rules: Record<RefusalWord, RefusalRule> = {
  NOAUTH: plain("Authentication required.", ({ has }) => !has("no_auth")),
  // Whoever comes without a password that fits has no rights: Redis itself says so to all else.
  WRONGPASS: plain("invalid username-password pair or user is disabled.", givesPassword),
  NOPERM: inside("this user has no permissions to run the command", writes),
  READONLY: inside("You can't write against a read only replica.", writes),
  MASTERDOWN: inside(
    "Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    ({ has, script }) => script !== null || !has("stale"),
  ),
  LOADING: plain("Redis is loading the dataset in memory", ({ has }) => !has("loading")),
  OOM: inside(
    "command not allowed when used memory > 'maxmemory'.",
    ({ has, script }) => script?.needsMemory ?? has("denyoom"),
  ),
  MISCONF: inside(
    "Redis is configured to save RDB snapshots, but it is currently not able to persist on disk. Commands that may " +
      "modify the data set are disabled, because this instance is configured to report errors during writes if RDB " +
      "snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the " +
      "RDB error.",
    (asked) => writes(asked) || asked.command.name === "ping",
  ),
  NOREPLICAS: inside("Not enough good replicas to write.", writes),
  CLUSTERDOWN: plain("The cluster is down", ({ hasKeys }) => hasKeys),
  TRYAGAIN: plain("Multiple keys request during rehashing of slot", ({ hasKeys }) => hasKeys),
  BUSY: plain(
    "Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
    ({ command }) => !ALLOWED_WHILE_BUSY.includes(command.name),
  ),
  UNBLOCKED: plain(
    "force unblock from blocking operation, instance state changed (master -> replica?)",
    ({ command }) => isBlocking(command),
  ),
};

export interface RefusalContext {
  table: CommandTable;
  scripts: ScriptBook;
}

/** With what a command is refused, without the protocol's minus and line end. Null: it passes. */
export function refuseCommand(
  refusal: Refusal | null,
  command: Command,
  { table, scripts }: RefusalContext,
): string | null {
  // Also where nothing is refused: each script is to be known when something is.
  const script = scripts.factsOf(command, table);
  if (!refusal) return null;
  const { word, inScripts } = refusal;
  const facts = table.get(command.name);
  const { text, refuses, insideScripts } = rules[word];
  const asked = {
    ...{ command, script, hasKeys: facts?.hasKeys ?? false },
    has: (flag: string) => facts?.flags.has(flag) ?? false,
  };
  if (!refuses(asked)) return null;
  const told = `${word} ${text}`;
  return script && inScripts && insideScripts ? asOldScriptError(told) : told;
}

/** What the text of a word is where it comes without a command. */
export const refusalText = (word: RefusalWord): string => `${word} ${rules[word].text}`;

/** Redis 6.2 puts what a script met into an error of its own. */
function asOldScriptError(told: string): string {
  const digest = "f2ca1bb6c7e907d06dafe4687e579fce76b37e4e";
  return `ERR Error running script (call to f_${digest}): @user_script:17: @user_script: 17: -${told}`;
}
