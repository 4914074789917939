import { fileURLToPath } from "node:url";
import type { Verb } from "../../program.ts";
import { up } from "./up.ts";

/** `host-runner up`: everything on this machine, with one command and for as long as it runs. */
export const upVerb: Verb<{ workers: number }> = ({ host, json }, _, { workers }) =>
  up(host, { workers, json, programs: { api: builtProgram("api"), worker: builtProgram("worker") } });

function builtProgram(app: string): string {
  return fileURLToPath(new URL(`../../../../${app}/dist/main.js`, import.meta.url));
}
