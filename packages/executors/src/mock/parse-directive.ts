/** What a prompt tells the mock executor to do. */
export type Directive =
  | { kind: "echo" }
  | { kind: "fail"; exitCode: number }
  | { kind: "hang" }
  | { kind: "print"; bytes: number }
  | { kind: "sleep"; durationMs: number }
  | { kind: "stderr"; text: string }
  | { kind: "crash" };

/**
 * Reads the first word of a prompt:
 *
 *     mock:fail [CODE]     ends with CODE, 1 where none is given
 *     mock:hang            runs until it is stopped
 *     mock:print BYTES     writes exactly so many bytes of numbered lines
 *     mock:sleep SECONDS   takes so long, whatever the configured duration is
 *     mock:stderr TEXT     writes TEXT to stderr
 *     mock:crash           rejects, as an executor does that is broken itself
 *
 * Whatever has no output of its own writes the prompt to stdout. Anything else, and a directive whose argument makes no sense, is a prompt to be echoed.
 */
export function parseDirective(prompt: string): Directive {
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(prompt) ?? [];
  const number = /^\d+(\.\d+)?\s*$/.test(rest) ? Number(rest) : null;
  switch (word) {
    case "mock:fail":
      return {
        kind: "fail",
        exitCode: number !== null && number >= 1 && number <= 255 ? Math.floor(number) : 1,
      };
    case "mock:hang":
      return { kind: "hang" };
    case "mock:print":
      return number === null ? { kind: "echo" } : { kind: "print", bytes: Math.floor(number) };
    case "mock:sleep":
      return number === null ? { kind: "echo" } : { kind: "sleep", durationMs: number * 1000 };
    case "mock:stderr":
      return { kind: "stderr", text: rest };
    case "mock:crash":
      return { kind: "crash" };
    default:
      return { kind: "echo" };
  }
}
