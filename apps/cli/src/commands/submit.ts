import type { Verb } from "../program.ts";
import { readPrompt, type SubmissionOptions, toFields } from "../tasks/read-submission.ts";
import { cleanLine } from "../terminal/clean-text.ts";

export interface SubmitOptions extends SubmissionOptions {
  batch?: string;
  key?: string;
}

export const submit: Verb<SubmitOptions> = async (context, words, options) => {
  if (options.batch !== undefined) {
    const { submitMany } = await import("./submit-many.ts");
    return submitMany(context, words, { ...options, batch: options.batch });
  }
  const prompt = await readPrompt(words, options, context.host.stdin);
  const client = await context.connect();
  const task = await client.submit({ ...toFields(options), prompt }, { idempotencyKey: options.key });
  const { out } = context;
  if (context.json) await context.printJson(task);
  else if (!out.isTerminal) await context.printFields(task.task_id);
  else {
    const id = cleanLine(task.task_id);
    await out.write(`${id}\n`);
    context.note(out.paint("dim", `follow it: host-runner logs -f ${id}`));
  }
  return 0;
};
