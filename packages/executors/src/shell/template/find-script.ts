import { basename } from "node:path";
import { isFixed, type Word } from "./word.ts";

/** Shells whose -c text host-runner can compile. */
export const SHELLS = ["sh", "bash", "dash", "ash", "zsh", "ksh", "ksh93", "mksh", "yash"];

/** Where the words call a shell with -c: the index at which its script is, or would be. -1 where they do not. */
export function findScript(words: readonly Word[]): number {
  if (!words[0] || !isFixed(words[0]) || !SHELLS.includes(basename(words[0].text))) return -1;
  let isCode = false;
  for (let index = 1; index < words.length; index++) {
    const { text } = words[index]!;
    if (text === "--" && isCode) return index + 1;
    if (!/^[-+]/.test(text)) return isCode ? index : -1;
    if (/^-[a-zA-Z]*c[a-zA-Z]*$/.test(text)) isCode = true;
    // Takes a value: bash -o pipefail -c.
    if (/^[-+][a-zA-Z]*[oO]$|^--(rcfile|init-file)$/.test(text)) index++;
  }
  return isCode ? words.length : -1;
}
