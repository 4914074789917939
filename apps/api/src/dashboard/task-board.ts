import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { REDACTED, type Redactor } from "@host-runner/contracts";
import type { TaskQueue } from "@host-runner/queue";
import { describeJob } from "./describe-job.ts";
import { toLogLines } from "./to-log-lines.ts";

/** Of the end of a task's output. It is read anew for each look. */
const LOG_BYTES = 256 * 1024;

type Job = Awaited<ReturnType<BullMQAdapter["getJobs"]>>[number];

/** The queue as Bull Board sees it: jobs that tell of their tasks, and output for logs. Changes nothing. */
export class TaskBoard extends BullMQAdapter {
  readonly #tasks: TaskQueue;

  constructor(tasks: TaskQueue, redactor: Redactor) {
    super(tasks.bullmq, { readOnlyMode: true });
    this.#tasks = tasks;
    this.setFormatter("data", (data) => withoutSecrets(data, redactor));
  }

  override async getJob(id: string): Promise<Job | undefined> {
    const job = await super.getJob(id);
    if (job) await this.#describe([job]);
    return job;
  }

  override async getJobs(...query: Parameters<BullMQAdapter["getJobs"]>): Promise<Job[]> {
    const jobs = await super.getJobs(...query);
    await this.#describe(jobs);
    return jobs;
  }

  override async getJobLogs(id: string): Promise<string[]> {
    return toLogLines(await this.#tasks.outputEnd(id, LOG_BYTES));
  }

  async #describe(jobs: Job[]): Promise<void> {
    const tasks = await this.#tasks.summaries(jobs.map(({ id }) => id ?? ""));
    for (const [i, job] of jobs.entries()) {
      const task = tasks[i];
      // It may have been removed in between.
      if (!task) continue;
      const ofBullmq = job.toJSON.bind(job);
      job.toJSON = () => Object.assign(ofBullmq(), describeJob(task, this.#tasks.now()));
    }
  }
}

/** What was submitted, as far as anybody may see it. Paths and queries of callback URLs carry secrets too. */
function withoutSecrets(data: unknown, redactor: Redactor): unknown {
  const redacted = redactor.json(data);
  if (typeof redacted !== "object" || redacted === null || !("status_callback_url" in redacted))
    return redacted;
  const { status_callback_url: url } = redacted;
  return {
    ...redacted,
    status_callback_url: typeof url === "string" && URL.canParse(url) ? new URL(url).origin : REDACTED,
  };
}
