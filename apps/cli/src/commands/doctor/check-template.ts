import { dryRunTemplate, TemplateError } from "@host-runner/executors";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** Whatever would run as code where a template handed it on as such. */
const HOSTILE = "a prompt; with $(signs) `and` 'quotes'";
const values = { prompt: HOSTILE, task_id: "TASK", run_id: "RUN", prompt_file: "/path/of/the/prompt" };

interface CheckTemplateOptions {
  shell: string;
  trustedPrograms: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** What HOST_RUNNER_CMD_TEMPLATE would start, without starting it. */
export async function checkTemplate(
  template: string,
  { shell, trustedPrograms, env }: CheckTemplateOptions,
): Promise<Finding[]> {
  const what = "Template";
  try {
    const run = await dryRunTemplate(template, shell, values, env, trustedPrograms);
    if (run.problem)
      return [problem(what, run.problem, "correct HOST_RUNNER_CMD_TEMPLATE, or install what it names")];
    const findings = [
      ok(what, `would start ${run.command.map((argument) => JSON.stringify(argument)).join(" ")}`),
    ];
    if (!template.includes("{prompt")) {
      const mend = "write {prompt} or {prompt_file} where it belongs";
      findings.push(warning(what, "does not use the prompt", mend));
    }
    if (run.doubt)
      findings.push(warning(what, run.doubt, "install it where the worker runs, or set PATH there"));
    for (const { detail, mend } of run.warnings) findings.push(warning(what, detail, mend));
    return findings;
  } catch (error) {
    if (error instanceof TemplateError)
      return [problem(what, error.message, "a worker with it does not start: write it as told")];
    throw error;
  }
}
