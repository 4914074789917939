import type { Placeholder } from "./placeholder.ts";

/** Text to be handed on as it is, or a placeholder to put a value in for. */
export type Piece = string | { placeholder: Placeholder };

/** One word of a command, as far as it can be known before it runs. */
export interface Word {
  /** What it says with the quotes taken off; placeholders and expansions stand in it as they were written. */
  text: string;
  /** The part of `text` that no value and no expansion can change: all of it, or what is before the first one. */
  fixed: string;
  placeholders: Placeholder[];
  pieces: Piece[];
}

export const isFixed = ({ text, fixed }: Word): boolean => text === fixed;

/** Collects a word piece by piece. */
export interface WordBuilder {
  add(text: string): void;
  /** Adds what the shell will replace when it runs. */
  addExpansion(text: string): void;
  addPlaceholder(placeholder: Placeholder): void;
  build(): Word;
}

export function createWordBuilder(): WordBuilder {
  let text = "";
  let fixed: string | null = null;
  const pieces: Piece[] = [];
  return {
    add(more) {
      text += more;
      if (typeof pieces.at(-1) === "string") pieces[pieces.length - 1] += more;
      else pieces.push(more);
    },
    addExpansion(more) {
      fixed ??= text;
      text += more;
      pieces.push(more);
    },
    addPlaceholder(placeholder) {
      fixed ??= text;
      text += `{${placeholder}}`;
      pieces.push({ placeholder });
    },
    build: () => ({
      text,
      fixed: fixed ?? text,
      placeholders: pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.placeholder])),
      pieces,
    }),
  };
}
