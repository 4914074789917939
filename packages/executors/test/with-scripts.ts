import type { ShellConfig } from "../src/index.ts";
import { type RunOptions, type TestShell, withShell } from "./with-shell.ts";

export interface TestScripts extends TestShell {
  script(text: string, options?: RunOptions): ReturnType<TestShell["run"]>;
}

/** A shell executor whose prompts are scripts for bash: what no template of an operator's does. */
export function withScripts(
  options: Partial<ShellConfig> & { gracePeriodMs?: number },
  use: (shell: TestScripts) => Promise<void>,
): Promise<void> {
  return withShell(`bash -c '. "$1"' name {prompt_file}`, { shell: "none", ...options }, (shell) =>
    use({ ...shell, script: (prompt, rest) => shell.run({ ...rest, prompt }) }),
  );
}
