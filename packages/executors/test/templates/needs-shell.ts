import { splitArguments } from "../../src/shell/template/split-arguments.ts";

/** Whether a template means the same without a shell: it has no operators, no expansions and no assignment in front. */
export function needsShell(template: string): boolean {
  const { needsShell, problem } = splitArguments(template);
  return needsShell !== null || problem !== null || /^\w+=/.test(template);
}
