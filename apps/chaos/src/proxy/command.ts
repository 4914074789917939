import { endOfLine, readNumber } from "./frames.ts";

/** A client's command, read as far as the proxy wants to know it. */
export interface Command {
  /** In lower case; of a container with its subcommand: "get", "client|setname". */
  name: string;
  /** How many words it has, its name included. */
  length: number;
  /** The words at and behind its name, as far as they were read. */
  words: string[];
}

/** Those whose second word belongs to the name. */
const CONTAINERS = [
  ...["acl", "client", "cluster", "command", "config", "debug", "function", "latency", "memory"],
  ...["module", "object", "pubsub", "script", "slowlog", "xgroup", "xinfo"],
];
/** Those of which more than the name is wanted: a script, a user and a password, whether it blocks. */
const READ_TO: Record<string, number> = { eval: 2, evalsha: 2, script: 3, hello: 7, xread: 9, xreadgroup: 9 };

export function parseCommand(frame: Buffer): Command {
  const first = readWords(frame, 1)[0]?.toLowerCase() ?? "";
  const isContainer = CONTAINERS.includes(first);
  const words = readWords(frame, READ_TO[first] ?? (isContainer ? 2 : 1));
  const name = isContainer && words[1] !== undefined ? `${first}|${words[1].toLowerCase()}` : first;
  return { name, length: countWords(frame), words };
}

function countWords(frame: Buffer): number {
  return frame[0] === 0x2a ? readNumber(frame, 1, endOfLine(frame, 0)) : readWords(frame, Infinity).length;
}

function readWords(frame: Buffer, most: number): string[] {
  const line = endOfLine(frame, 0);
  // Typed by somebody, without the protocol's lengths.
  if (frame[0] !== 0x2a) return frame.toString("latin1", 0, line).split(" ").filter(Boolean).slice(0, most);
  const words: string[] = [];
  for (let at = line + 2; at < frame.length && words.length < most; ) {
    const end = endOfLine(frame, at);
    const from = end + 2;
    const to = from + readNumber(frame, at + 1, end);
    words.push(frame.toString("latin1", from, to));
    at = to + 2;
  }
  return words;
}
