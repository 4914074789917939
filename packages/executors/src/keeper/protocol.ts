/**
 * The lines between a worker, its helper and its keepers, and the request files. keeper/keeper.pl describes them. Pure.
 */
export type Answer =
  | { kind: "ready"; hasCgroups: boolean }
  | { kind: "unable"; reason: string }
  | { kind: "keeper"; keeper: number; pid: number; startTime: string }
  | { kind: "unforked"; keeper: number; errno: number }
  | { kind: "fifos"; first: number; errno: number }
  | { kind: "failed"; id: number; step: FailedStep; errno: number }
  | { kind: "ended"; id: number; status: number; cause: EndCause; survivors: number[] }
  | { kind: "gone"; keeper: number; survivors: number[] }
  | { kind: "pong"; number: number };

const failedSteps = ["fork", "claim", "cgroup", "open", "chdir", "exec"] as const;
/** The step in which the start of a command failed. */
export type FailedStep = (typeof failedSteps)[number];

const endCauses = ["self", "stop", "silence", "orphaned"] as const;
/** What ended a command: its own end, an order to stop, or its keeper, because the worker was silent or dead. */
export type EndCause = (typeof endCauses)[number];

/** Null for a line that no helper and no keeper writes. */
export function parseAnswer(line: string): Answer | null {
  const [kind, ...words] = line.split(" ");
  switch (kind) {
    case "ready":
      return matches(words, oneOf(["cgroup", "alone"])) ? { kind, hasCgroups: words[0] === "cgroup" } : null;
    case "unable":
      return { kind, reason: words.join(" ") };
    case "keeper":
      return matches(words, number, number, number)
        ? { kind, keeper: Number(words[0]), pid: Number(words[1]), startTime: words[2]! }
        : null;
    case "unforked":
      return matches(words, number, number)
        ? { kind, keeper: Number(words[0]), errno: Number(words[1]) }
        : null;
    case "fifos":
      return matches(words, number, number)
        ? { kind, first: Number(words[0]), errno: Number(words[1]) }
        : null;
    case "failed":
      return matches(words, number, oneOf(failedSteps), number)
        ? { kind, id: Number(words[0]), step: words[1] as FailedStep, errno: Number(words[2]) }
        : null;
    case "ended":
      return matches(words, number, number, oneOf(endCauses), pids)
        ? {
            kind,
            id: Number(words[0]),
            status: Number(words[1]),
            cause: words[2] as EndCause,
            survivors: parsePids(words[3]!),
          }
        : null;
    case "gone":
      return matches(words, number, pids)
        ? { kind, keeper: Number(words[0]), survivors: parsePids(words[1]!) }
        : null;
    case "pong":
      return matches(words, number) ? { kind, number: Number(words[0]) } : null;
    default:
      return null;
  }
}

type Pattern = (word: string) => boolean;
const number: Pattern = (word) => /^\d{1,20}$/.test(word);
const pids: Pattern = (word) => /^(?:-|\d{1,10}(?:,\d{1,10})*)$/.test(word);
const oneOf =
  (known: readonly string[]): Pattern =>
  (word) =>
    known.includes(word);

const matches = (words: string[], ...patterns: Pattern[]): boolean =>
  words.length === patterns.length && patterns.every((fits, index) => fits(words[index]!));

const parsePids = (word: string): number[] => (word === "-" ? [] : word.split(",").map(Number));

/** What the process that becomes the command reads. */
export interface CommandRequest {
  /** An absolute path. */
  workingDirectory: string;
  /**
   * The paths of what it gets as descriptors 0, 1 and 2. FIFOs in the worker's folder are removed once they are open.
   */
  stdin: string;
  stdout: string;
  stderr: string;
  file: string;
  args: readonly string[];
  environment: Record<string, string>;
}

/** The content of a request file. No field may hold a NUL. */
export function formatRequest(request: CommandRequest): string {
  const { workingDirectory, stdin, stdout, stderr, file, args, environment } = request;
  const fields = [
    ...[workingDirectory, stdin, stdout, stderr],
    ...[String(args.length + 1), file, ...args],
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  ];
  return `${fields.join("\0")}\0`;
}

/** How a command is stopped. */
export interface StopPlan {
  /** Numbers of signals, sent in this order. */
  signals: readonly number[];
  /** From one signal to the next, and to SIGKILL. */
  gracePeriodMs: number;
}

export const formatRun = (id: number, { signals, gracePeriodMs }: StopPlan): string =>
  `run ${id} ${Math.round(gracePeriodMs)} ${signals.join(",")}\n`;

export const formatStop = (id: number): string => `stop ${id}\n`;
