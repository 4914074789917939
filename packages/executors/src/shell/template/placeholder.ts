export const placeholders = ["prompt", "task_id", "run_id", "prompt_file"] as const;
export type Placeholder = (typeof placeholders)[number];
export type PlaceholderValues = Record<Placeholder, string>;

const pattern = new RegExp(`\\{(${placeholders.join("|")})\\}`, "y");

/** The placeholder that begins at `at`: a declared name in braces, and nothing else that has braces. */
export function placeholderAt(text: string, at: number): Placeholder | null {
  pattern.lastIndex = at;
  return (pattern.exec(text)?.[1] as Placeholder | undefined) ?? null;
}

/** The first placeholder anywhere in a piece of text, however it is quoted. */
export function placeholderIn(text: string): Placeholder | null {
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
    const name = placeholderAt(text, at);
    if (name) return name;
  }
  return null;
}
