import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Programs of a template, which may vanish while the worker runs: a package manager replaces them. */
export interface Programs {
  areThere(): boolean;
  /** In one line, with the place where the program was looked for. */
  describeMissing(): string;
}

/** Looks for each of them again each time it is asked. */
export function findPrograms(names: readonly string[], path: string | undefined): Programs {
  const programs = names.map((name) => findProgram(name, path));
  return {
    areThere: () => programs.every((program) => program.isThere()),
    describeMissing: () => programs.find((program) => !program.isThere())?.describeMissing() ?? "",
  };
}

/** `name` as execvp(3) takes it: a path, or a name in one of the folders of `path`. Looks again each time it is asked. */
function findProgram(name: string, path = "") {
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
