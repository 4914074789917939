import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** The program of a template, which may vanish while the worker runs: a package manager replaces it. */
export interface Program {
  isThere(): boolean;
  /** In one line, with the place where it was looked for. */
  describeMissing(): string;
}

/** `name` as execvp(3) takes it: a path, or a name in one of the folders of `path`. Looks again each time it is asked. */
export function findProgram(name: string, path = ""): Program {
  let found: string | undefined;
  return {
    isThere() {
      // One that is relative depends on the working directory of each task.
      if (name.includes("/")) return !isAbsolute(name) || existsSync(name);
      if (found !== undefined && existsSync(found)) return true;
      found = path
        .split(":")
        .map((folder) => join(folder || ".", name))
        .find((candidate) => existsSync(candidate));
      return found !== undefined;
    },
    describeMissing: () =>
      name.includes("/")
        ? `the program ${name} is missing`
        : `the program ${name} is in none of the folders of PATH`,
  };
}
