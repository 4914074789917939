import { basename } from "node:path";
import { parseScript } from "./parse-script.ts";
import { isFixed } from "./word.ts";

/** Words with which a shell begins a command that is no program of a file. */
const BUILT_IN =
  /^(if|for|while|until|case|select|function|time|cd|exec|export|set|echo|printf|test|true|false|source|eval|trap|exit|read|local|declare|unset|shift|command|builtin|type|ulimit|umask|wait|pwd|\.|:)$/;

/** Whether a word is plainly the name of a program, and not of a builtin, a keyword or an expansion. */
export const isProgramName = (word: string): boolean => /^[\w./+-]+$/.test(word) && !BUILT_IN.test(word);

/** Shells that begin with the PATH that they are given; zsh and a login shell read files that may change it. */
const KEEPS_PATH = /^(sh|bash|dash|ash)$/;

/**
 * The program that a script starts, if the script is one simple command; null for every other script, and where the shell
 * may look elsewhere than in its PATH. Pure.
 */
export function scriptProgram(shell: readonly string[], script: string): string | null {
  const [file = "", ...options] = shell;
  const isLogin = options.some((option) => /^-[a-zA-Z]*[li]|^--login$/.test(option));
  if (!KEEPS_PATH.test(basename(file)) || isLogin) return null;
  const { commands } = parseScript(script);
  const [first] = commands[0]?.words ?? [];
  if (commands.length !== 1 || !first || !isFixed(first)) return null;
  return isProgramName(first.text) ? first.text : null;
}
