import { isFixed, type Word } from "./word.ts";

/**
 * The command as a template in which `bare` is no option whatever its value is: joined to the long option before it, or
 * behind --. Only the program and that word where the rest cannot be shown. Pure.
 */
export function renderMended(words: readonly Word[], bare: Word): string {
  const at = words.indexOf(bare);
  const before = words[at - 1];
  const option = before && isFixed(before) && before.text.startsWith("--") && before.text !== "--";
  const placeholder = render(bare) ?? "{prompt}";
  const rest = words.slice(at + 1);
  const mended =
    option && at > 1
      ? [...words.slice(0, at - 1).map(render), `${before.text}=${placeholder}`, ...rest.map(render)]
      : [...words.slice(0, at).map(render), "--", placeholder, ...rest.map(render)];
  // A short option before it may be one that takes it, or a flag.
  const isUnclear = !option && at > 1 && /^-\w/.test(before?.text ?? "");
  if (!isUnclear && !mended.includes(null) && mended.join(" ").length <= LONGEST) return mended.join(" ");
  return `${render(words[0]!) ?? "my-program"} -- ${placeholder}`;
}

const LONGEST = 300;

/** The word in single quotes where it needs any; null where the shell puts something in for a part of it. */
function render({ text, pieces }: Word): string | null {
  const known = pieces
    .map((piece) => (typeof piece === "string" ? piece : `{${piece.placeholder}}`))
    .join("");
  if (known !== text || /[$`]/.test(text)) return null;
  return /^([\w./:=@%+,-]|\{\w+\})+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
