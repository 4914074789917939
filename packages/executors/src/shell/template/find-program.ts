import type { Program } from "./program.ts";
import { PROGRAMS } from "./programs.ts";
import { type Entry, indexPrograms, readProgram } from "./read-programs.ts";

/** Made when a template is first compiled: a worker without one needs no table. */
let index: Map<string, Entry[]> | null = null;
const programs = new Map<string, Program>();

/** What is known of the program of that name, with or without a version behind it; null if nothing is. */
export function findProgram(name: string): Program | null {
  index ??= indexPrograms(PROGRAMS);
  const known = candidates(name).find((candidate) => index?.has(candidate));
  if (known === undefined) return null;
  const program = programs.get(known) ?? readProgram(index.get(known)!);
  programs.set(known, program);
  return program;
}

function candidates(name: string): string[] {
  if (/^ld(-linux.*|-musl.*)?\.so[.\d]*$/.test(name)) return ["ld.so"];
  const plain = name.replace(/\.exe$/i, "");
  const versionless = plain.replace(/-?\d+(\.\d+)*[a-z]?$/, "");
  return [plain, versionless, plain.toLowerCase(), versionless.toLowerCase()];
}
