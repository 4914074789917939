import type { Command } from "./parse-script.ts";
import type { Placeholder } from "./placeholder.ts";
import type { ScriptReader } from "./script-reader.ts";
import type { Word } from "./word.ts";

/** A group of commands, such as a loop, which has one input and one output. */
interface Group {
  /** Where the pipeline begins that the group is a part of. */
  start: number;
  /** Where in `commands` those of the group begin. */
  first: number;
  stdin: Placeholder | null;
}

interface TrackInputOptions {
  /** What the whole list of commands reads. */
  inherited: Placeholder | null;
  /** Its position and its insertions tell which placeholders stand in the pipeline so far. */
  reader: ScriptReader;
  /** Gets each command with its input. */
  commands: Command[];
}

/**
 * Follows which commands of a script may have a placeholder's value in their input: by a redirection, or because a
 * placeholder stands somewhere before them in their pipeline.
 */
export function trackInput({ inherited, reader, commands }: TrackInputOptions) {
  const groups: Group[] = [];
  let whole = inherited;
  /** The input of the command that is being read. */
  let stdin = inherited;
  let start = reader.at;
  /** Where the commands of the group begin that has just ended, which a redirection behind it concerns. */
  let ended: number | null = null;
  return { current: () => stdin, redirect, pipe, endPipeline, beginGroup, endGroup, groupEnded };

  function redirect(placeholder: Placeholder): void {
    if (ended === null) stdin = placeholder;
    else for (const command of commands.slice(ended)) command.stdin ??= placeholder;
  }

  /** The command of these words ends, and the next one reads what the pipeline so far writes. */
  function pipe(words: Word[]): void {
    endCommand(words);
    stdin = firstPlaceholder() ?? inputOfGroup();
  }

  function endPipeline(words: Word[]): void {
    endCommand(words);
    stdin = inputOfGroup();
    start = reader.at;
  }

  function endCommand(words: Word[]): void {
    if (words.length > 0) commands.push({ words, stdin });
    // exec < file: the input of all that follows.
    if (words.length === 1 && words[0]!.text === "exec" && stdin !== null) setInputOfGroup(stdin);
    ended = null;
  }

  function beginGroup(): void {
    groups.push({ start, first: commands.length, stdin });
  }

  function endGroup(): void {
    const group = groups.pop();
    if (!group) return;
    start = group.start;
    stdin = group.stdin;
    ended = group.first;
  }

  /** A group has ended that was read as a whole; `first` is where its commands begin. */
  function groupEnded(first: number): void {
    ended = first;
  }

  function inputOfGroup(): Placeholder | null {
    return groups.at(-1)?.stdin ?? whole;
  }

  function setInputOfGroup(placeholder: Placeholder): void {
    const group = groups.at(-1);
    if (group) group.stdin = placeholder;
    else whole = placeholder;
  }

  /** The first placeholder of the pipeline. */
  function firstPlaceholder(): Placeholder | null {
    const { insertions } = reader;
    let found: Placeholder | null = null;
    // From the end: pipelines are short, and a script may have many.
    for (let index = insertions.length - 1; index >= 0 && insertions[index]!.start >= start; index--) {
      found = insertions[index]!.placeholder;
    }
    return found;
  }
}
