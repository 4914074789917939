import type { Placeholder } from "./placeholder.ts";

/** Text to be handed on as it is, or a placeholder to put a value in for. */
export type Piece = string | { placeholder: Placeholder };

/** One word of a command, as far as it can be known before it runs. */
export interface Word {
  /** What it says with the quotes taken off; placeholders and expansions stand in it as they were written. */
  text: string;
  /** The part of `text` that no value and no expansion can change: all of it, or what is before the first one. */
  fixed: string;
  /** The part of `text` behind the last placeholder or expansion; all of it if there is none. */
  tail: string;
  /** Those whose values are in it, also by way of a substitution such as "$(cat {prompt_file})". */
  placeholders: Placeholder[];
  pieces: Piece[];
}

export const isFixed = ({ text, fixed }: Word): boolean => text === fixed;

/** Collects a word piece by piece. */
export interface WordBuilder {
  add(text: string): void;
  /** Adds what the shell will replace when it runs, and the placeholders in it. */
  addExpansion(text: string, placeholders?: readonly Placeholder[]): void;
  addPlaceholder(placeholder: Placeholder): void;
  build(): Word;
}

export function createWordBuilder(): WordBuilder {
  let text = "";
  let fixed: string | null = null;
  let tail = "";
  const pieces: Piece[] = [];
  const placeholders: Placeholder[] = [];
  return {
    add(more) {
      text += more;
      tail += more;
      if (typeof pieces.at(-1) === "string") pieces[pieces.length - 1] += more;
      else pieces.push(more);
    },
    addExpansion(more, within = []) {
      fixed ??= text;
      text += more;
      tail = "";
      pieces.push(more);
      placeholders.push(...within);
    },
    addPlaceholder(placeholder) {
      fixed ??= text;
      text += `{${placeholder}}`;
      tail = "";
      pieces.push({ placeholder });
      placeholders.push(placeholder);
    },
    build: () => ({ text, fixed: fixed ?? text, tail, placeholders, pieces }),
  };
}
