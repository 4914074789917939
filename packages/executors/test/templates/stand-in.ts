import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { StandIn } from "./dangerous.ts";

/** Puts a program of that name into the folder. */
function addProgram(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, basename(name));
  writeFileSync(path, `#!/bin/bash\n${script}\n`);
  chmodSync(path, 0o755);
}

const EVALUATIONS: Record<string, string> = {
  option: `for at in "\${@:1}"; do [ "$last" = "$WHAT" ] && exec /bin/sh -c "$at"; last=$at; done`,
  joined: `for at in "$@"; do case $at in "$WHAT"?*) exec /bin/sh -c "\${at#"$WHAT"}" ;; esac; done`,
  words: `shift $((WHAT - 1)); exec /bin/sh -c "$*"`,
  command: `shift $((WHAT - 1)); exec "$@"`,
  argument: `exec /bin/sh -c "\${!WHAT}"`,
  file: `exec /bin/sh "\${!WHAT}"`,
  input: `exec /bin/sh`,
  variable: `exec /bin/sh -c "\${!WHAT}"`,
};

/** A stand-in that evaluates its arguments as the program of that name does. */
export function addEvaluator(folder: string, name: string, does: StandIn): void {
  const [how = "", ...what] = does.split(" ");
  const quoted = `'${what.join(" ").replaceAll("'", "'\\''")}'`;
  addProgram(folder, name, `WHAT=${quoted}\n${EVALUATIONS[how]}`);
}

export interface Seen {
  argv: string[];
  stdin: string;
  /** The value of PROMPT. */
  variable: string;
}

/** A stand-in that notes what it is given; `readSeen` tells it. */
export function addRecorder(folder: string, name: string): void {
  const note = (what: string) => `'${join(folder, `seen-${what}`)}'`;
  addProgram(
    folder,
    name,
    [
      `printf '%s\\0' "\${0##*/}" "$@" > ${note("argv")}`,
      `/bin/cat > ${note("stdin")}`,
      `printf %s "$PROMPT" > ${note("variable")}`,
    ].join("\n"),
  );
}

export function readSeen(folder: string): Seen {
  const read = (what: string) => readFileSync(join(folder, `seen-${what}`), "utf8");
  return { argv: read("argv").split("\0").slice(0, -1), stdin: read("stdin"), variable: read("variable") };
}
