import { createPrettifier, type Prettifier } from "@host-runner/service";
import { toJsonLine } from "../../terminal/clean-text.ts";
import { filterText } from "../../terminal/output-filter.ts";

/** What a child may say before the first screen is complete; it is shown after it. */
const MAX_HELD_LINES = 1_000;
const LAST_LINES = 12;

export interface Output {
  /** A line of `up` itself. */
  say(text: string): void;
  /** A line of a child's log. */
  childLine(name: string, line: string, stream: "stdout" | "stderr"): void;
  /** From here on the children's lines are shown as they come. */
  showLogs(): void;
  /** The last lines of a child, for people. */
  lastLines(name: string): string[];
}

interface OutputOptions {
  stdout: { isTTY?: boolean; write(text: string): unknown };
  /** JSON lines to a terminal too. */
  json?: boolean;
  /** The longest name, for a straight column. */
  nameWidth: number;
}

/** To a terminal: text, with the children's logs in readable lines. To anything else: a JSON object a line. */
export async function createOutput({ stdout, json, nameWidth }: OutputOptions): Promise<Output> {
  const plain = await createPrettifier({ colorize: false, hide: ["process"] });
  const last = new Map<string, string[]>();
  const remember = (name: string, line: string) => {
    const lines = last.get(name) ?? [];
    lines.push(...prettyLines(plain, line));
    last.set(name, lines.slice(-LAST_LINES));
  };
  const write = stdout.isTTY && !json ? await terminalWriter(stdout, nameWidth) : jsonWriter(stdout);
  return {
    ...write,
    childLine(name, line, stream) {
      remember(name, line);
      write.childLine(name, line, stream);
    },
    lastLines: (name) => last.get(name) ?? [],
  };
}

type Writer = Omit<Output, "lastLines">;

async function terminalWriter(stdout: OutputOptions["stdout"], nameWidth: number): Promise<Writer> {
  const colored = await createPrettifier({ colorize: true, hide: ["process"] });
  let held: string[] | undefined = [];
  return {
    say: (text) => stdout.write(`${text}\n`),
    childLine(name, line) {
      const shown = prettyLines(colored, line)
        .map((part) => `${name.padEnd(nameWidth)} | ${part}\n`)
        .join("");
      if (held === undefined) stdout.write(shown);
      else if (held.length < MAX_HELD_LINES) held.push(shown);
    },
    showLogs() {
      for (const shown of held ?? []) stdout.write(shown);
      held = undefined;
    },
  };
}

function jsonWriter(stdout: OutputOptions["stdout"]): Writer {
  return {
    say(text) {
      for (const msg of text.split("\n").filter((line) => line.trim())) write("up", "info", { msg });
    },
    childLine(name, line, stream) {
      const fields = parseObject(line);
      if (fields) stdout.write(`${toJsonLine({ ...fields, process: name })}\n`);
      else write(name, stream === "stderr" ? "error" : "info", { msg: line });
    },
    showLogs() {},
  };

  function write(process: string, level: string, fields: object) {
    const time = new Date().toISOString();
    stdout.write(`${toJsonLine({ level, time, process, ...fields })}\n`);
  }
}

/** What a process logs may name what strangers sent. */
function prettyLines(prettify: Prettifier, line: string): string[] {
  return filterText(prettify(line).trimEnd()).split("\n");
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
