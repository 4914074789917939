import { findJsonFlaws } from "@host-runner/contracts/json-flaws";
import { endedStatuses, executorNames, outputStreams, taskStatuses } from "@host-runner/contracts/words";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CommonOptions, Context } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { parseDuration } from "./tasks/format-time.ts";

/** Runs a verb; resolves to the exit code. */
export type Verb<Options = object> = (context: Context, args: string[], options: Options) => Promise<number>;

/** Called with the verb that the command line names. Verbs are loaded then, so that none waits for another's parts. */
export type Dispatch = (
  load: () => Promise<Verb<never>>,
  args: string[],
  options: CommonOptions,
) => Promise<void>;

/** The whole command line: verbs, arguments, options. What they do is in `commands/`. */
export function createProgram(dispatch: Dispatch): Command {
  const program = new Command("host-runner")
    .description(
      "Runs prompts through command-line tools on real hosts, in the background, from a durable queue.",
    )
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText("after", afterHelp)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, "host-runner:")) })
    .exitOverride();
  addCommonOptions(program);

  const verb = (usage: string, description: string, load: () => Promise<Verb<never>>) => {
    const command = program.command(usage).description(description);
    return command.action(async () => {
      await dispatch(load, command.args, command.optsWithGlobals());
    });
  };

  verb(
    "up",
    "starts Redis (unless REDIS_URL names one), the API and workers; Ctrl-C ends them all",
    async () => (await import("./commands/up/up-verb.ts")).upVerb,
  ).option("--workers <number>", "worker processes", wholeNumber(1, 100), 2);

  addSubmissionOptions(
    verb(
      "submit [prompt...]",
      "hands a task over; the prompt is an argument, a file or a pipe",
      async () => (await import("./commands/submit.ts")).submit,
    ),
  )
    .option("-b, --batch <path>", "many: a file of JSON lines, each a submission or a prompt ('-': stdin)")
    .option("--key <text>", "Idempotency-Key: the same again within a day submits nothing twice");

  addRawOption(
    addSubmissionOptions(
      verb(
        "run [prompt...]",
        "submits, shows the output as it comes, and exits with the command's exit code; Ctrl-C cancels",
        async () => (await import("./commands/run.ts")).run,
      ),
    ),
  )
    .addHelpText("after", runHelp)
    .exitOverride((error) => {
      // Every other code is the command's.
      throw error.exitCode === 0 ? error : Object.assign(error, { exitCode: exitCodes.runFailed });
    });

  addFilterOptions(
    verb("ls", "lists tasks, the newest first", async () => (await import("./commands/ls.ts")).ls).alias(
      "list",
    ),
  )
    .option("-n, --limit <number>", "how many", wholeNumber(1, 1_000_000), 50)
    .option("-w, --watch", "go on showing how it changes; Ctrl-C ends it");

  addRawOption(
    verb("get <task-id>", "shows one task fully", async () => (await import("./commands/get.ts")).get),
  )
    .option("--execution <number>", "an older one", wholeNumber(1))
    .option("--executions", "all that are kept, with their attempts");

  addRawOption(
    verb("logs <task-id>", "shows what a task wrote", async () => (await import("./commands/logs.ts")).logs),
  )
    .option("-f, --follow", "go on until it has ended, also over a restart of the API")
    .option("-n, --tail <lines>", "the last lines of each stream only", wholeNumber(0))
    .addOption(new Option("--stream <name>", "only one").choices([...outputStreams]))
    .option("--execution <number>", "an older one", wholeNumber(1));

  addSelectionOptions(
    verb(
      "cancel [task-id...]",
      "stops tasks, with everything that they started",
      async () => (await import("./commands/cancel.ts")).cancel,
    ),
    ["queued", "running"],
  );

  addSelectionOptions(
    verb(
      "rerun [task-id...]",
      "submits ended tasks again as they were; of a run or by label, the failed ones",
      async () => (await import("./commands/rerun.ts")).rerun,
    ),
    endedStatuses,
  );

  verb(
    "wait [task-id...]",
    "waits until tasks have ended; 0 where all of them succeeded",
    async () => (await import("./commands/wait.ts")).wait,
  )
    .option("-r, --run <run-id>", "all tasks of a run")
    .option("-t, --timeout <duration>", "at most so long: 90, 10m, 2h; then exit code 124", duration());

  verb(
    "callbacks",
    "lists the callbacks that could not be delivered",
    async () => (await import("./commands/callbacks.ts")).callbacks,
  )
    .addOption(
      new Option("-s, --state <state>", "which: those that failed, or that are owed still")
        .choices(["failed", "pending"])
        .default("failed"),
    )
    .option("-r, --run <run-id>", "only of this run")
    .option("-n, --limit <number>", "how many", wholeNumber(1, 1_000_000), 50);

  verb(
    "redeliver [task-id...]",
    "sends tasks' last callbacks again, which could not be delivered",
    async () => (await import("./commands/redeliver.ts")).redeliver,
  )
    .option("-r, --run <run-id>", "of all tasks of a run")
    .option("-a, --all", "of all tasks")
    .option("-y, --yes", "do not ask");

  verb(
    "workers",
    "shows which workers live, with what they run",
    async () => (await import("./commands/workers.ts")).workers,
  );

  verb(
    "doctor",
    "checks Node, the API, workers, callbacks, Redis and the shell template, and says what to mend",
    async () => (await import("./commands/doctor/doctor.ts")).doctor,
  );

  verb(
    "completion <shell>",
    "prints a script that completes this command in bash, zsh or fish",
    async () => (await import("./completion/completion.ts")).completion,
  );

  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      await dispatch(
        async () => {
          const { complete } = await import("./completion/complete.ts");
          return (context) => complete(context, program, words);
        },
        words,
        {},
      );
    });

  return program;
}

const afterHelp = `
Where the API is: --url, --profile, HOST_RUNNER_URL and HOST_RUNNER_TOKEN, or the configuration file, in this order.
Exit codes: 0 done, 1 refused or not successful, 2 wrong usage, 3 the API is away; run: the command's own.
All of it: docs/command-line.md`;

const runHelp = `
Exit codes: the command's own, 128 + n where signal n ended it, 124 where its timeout did, 125 where host-runner failed.`;

function addCommonOptions(command: Command): void {
  command
    .option("-u, --url <url>", "where the API is")
    .option("-p, --profile <name>", "a profile of the configuration file")
    .option("--json", "one JSON object a line, for programs")
    .option("-q, --quiet", "no progress and no notes")
    .helpOption("-h, --help", "shows this");
}

function addSubmissionOptions(command: Command): Command {
  return command
    .option("-f, --file <path>", "the prompt is in this file ('-': stdin)")
    .option("-i, --id <task-id>", "the task's name")
    .option("-r, --run <run-id>", "the run that it belongs to")
    .addOption(new Option("-e, --executor <name>", "what runs it").choices([...executorNames]))
    .option("-C, --directory <path>", "the working directory of the command, on its host")
    .option("-t, --timeout <duration>", "at most so long: 90, 10m, 2h", duration())
    .option("-a, --attempts <number>", "how often it is started at most", wholeNumber(1, 10))
    .option("--backoff <duration>", "before the second attempt; doubled before each further one", duration())
    .option("-l, --label <name=value>", "for finding it again; may stand several times", collectLabels)
    .option("--metadata <json>", "kept with the task", parseJson);
}

function addRawOption(command: Command): Command {
  return command.option("--raw", "a terminal gets the output as it is, with all that may control it");
}

function addFilterOptions(command: Command, statuses: readonly string[] = taskStatuses): Command {
  return command
    .addOption(new Option("-s, --status <status>", "only these").choices([...statuses]))
    .option("-r, --run <run-id>", "only of this run")
    .option("-l, --label <name=value>", "only with this label; may stand several times", collectLabels)
    .option("--since <duration>", "only what was submitted since: 90, 10m, 2h, 1d", duration());
}

function addSelectionOptions(command: Command, statuses: readonly string[]): Command {
  return addFilterOptions(command, statuses).option("-y, --yes", "do not ask");
}

function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It must be a number ${range}.`);
  };
}

function duration(): (text: string) => number {
  return (text) => {
    const seconds = parseDuration(text);
    if (seconds === null)
      throw new InvalidArgumentError("It must be a duration such as 90, 90s, 10m, 2h or 1d.");
    return seconds;
  };
}

function collectLabels(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=:]+)[=:](.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("It must be name=value.");
  return { ...earlier, [name]: value ?? "" };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON: ${(error as Error).message}.`);
  }
}

function parseJson(text: string): unknown {
  const value = parseValue(text);
  const [flaw] = findJsonFlaws(text);
  if (!flaw) return value;
  throw new InvalidArgumentError(`${flaw.path.join(".") || "It"} ${flaw.message}.`);
}
