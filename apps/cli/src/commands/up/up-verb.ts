import type { Verb } from "../../program.ts";
import { findPrograms } from "./find-programs.ts";
import { up } from "./up.ts";

/** `host-runner up`: everything on this machine, with one command and for as long as it runs. */
export const upVerb: Verb<{ workers: number }> = ({ host, json, programFolder }, _, { workers }) =>
  up(host, { workers, json, programs: findPrograms(programFolder) });
