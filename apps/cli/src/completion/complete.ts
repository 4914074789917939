import type { Command, Option } from "commander";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/** Somebody waits with a finger on the key. */
const WITHIN_MS = 800;

/** What a shell may put in as it is: the ids of strangers must never become its code. */
const PLAIN = /^[\w.@%+,/][\w.@%+,/-]*$/;

const RECENT = 50;

/** Prints the words that may stand where the last of `words` does, one a line. Silent where something is wrong. */
export async function complete(
  context: Context,
  program: Command,
  words: readonly string[],
): Promise<number> {
  const current = words.at(-1) ?? "";
  const place = findPlace(program, words.slice(0, -1));
  const candidates = await findCandidates(context, place, current);
  for (const word of candidates.filter((word) => word.startsWith(current)))
    await context.out.write(`${word}\n`);
  return exitCodes.done;
}

interface Place {
  command: Command;
  /** Set where the value of an option is to come. */
  option: Option | undefined;
  /** After `--` nothing is an option. */
  isOver: boolean;
}

/** Where a command line is after its words. Pure. */
export function findPlace(program: Command, words: readonly string[]): Place {
  let command = program;
  let option: Option | undefined;
  let isOver = false;
  for (const word of words) {
    if (isOver) continue;
    if (option) option = undefined;
    else if (word === "--") isOver = true;
    else if (word.startsWith("-"))
      option = takesValue(findOption(command, word)) ? findOption(command, word) : undefined;
    else if (command === program) {
      command = program.commands.find((verb) => [verb.name(), ...verb.aliases()].includes(word)) ?? command;
    }
  }
  return { command, option, isOver };
}

function findOption(command: Command, word: string): Option | undefined {
  return allOptions(command).find(({ short, long }) => short === word || long === word);
}

function takesValue(option: Option | undefined): boolean {
  return option !== undefined && (option.required || option.optional);
}

function allOptions(command: Command): readonly Option[] {
  return command.parent ? [...command.options, ...command.parent.options] : command.options;
}

async function findCandidates(
  context: Context,
  { command, option, isOver }: Place,
  current: string,
): Promise<string[]> {
  if (option) return option.argChoices ?? (option.long === "--profile" ? findProfiles(context) : []);
  if (current.startsWith("-") && !isOver) {
    return [...allOptions(command).flatMap(({ long }) => long ?? []), "--help"];
  }
  if (!command.parent)
    return command
      .createHelp()
      .visibleCommands(command)
      .map((verb) => verb.name());
  const [argument] = command.registeredArguments;
  if (argument?.name() === "shell") return ["bash", "zsh", "fish"];
  return argument?.name() === "task-id" ? findTasks(context, command.name()) : [];
}

async function findTasks(context: Context, verb: string): Promise<string[]> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), WITHIN_MS);
  try {
    const client = await context.connect();
    const { signal } = controller;
    if (verb === "redeliver") {
      const { callbacks } = await client.callbacks({ limit: RECENT, signal });
      return [...new Set(callbacks.map(({ task_id }) => task_id))].filter((id) => PLAIN.test(id));
    }
    const { tasks } = await client.list({ limit: RECENT, signal });
    const isMeant = (status: string) => verb !== "cancel" || status === "queued" || status === "running";
    return tasks
      .filter(({ status }) => isMeant(status))
      .map(({ task_id }) => task_id)
      .filter((id) => PLAIN.test(id));
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

async function findProfiles({ host }: Context): Promise<string[]> {
  const [{ ownConfigPath }, { readConfig }] = await Promise.all([
    import("../settings/config-path.ts"),
    import("../settings/read-config.ts"),
  ]);
  try {
    return Object.keys((await readConfig(ownConfigPath(host.env))).config?.profiles ?? {}).filter((name) =>
      PLAIN.test(name),
    );
  } catch {
    return [];
  }
}
