import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import type { Redactor } from "@host-runner/contracts";
import type { BoardJob, TaskQueue } from "@host-runner/queue";
import { addressOf, describeJob } from "./describe-job.ts";
import { showSubmission } from "./show-submission.ts";
import { toLogLines } from "./to-log-lines.ts";

/** Of the end of a task's output. It is read anew for each look. */
const LOG_BYTES = 256 * 1024;

/** More than a page of the dashboard has. */
const MAX_JOBS = 200;

/** Submissions that are remembered as they are shown: a submission never changes, and the page asks every few seconds. */
const REMEMBERED = 500;

type Job = Awaited<ReturnType<BullMQAdapter["getJobs"]>>[number];

/**
 * The queue as Bull Board sees it: jobs that tell of their tasks, and output for logs. Changes nothing, and its answers
 * are small, whatever was submitted.
 */
export class TaskBoard extends BullMQAdapter {
  readonly #tasks: TaskQueue;
  readonly #redactor: Redactor;
  /** By the job and the time of its submission, the one used last at the end. */
  readonly #shown = new Map<string, unknown>();

  constructor(tasks: TaskQueue, redactor: Redactor) {
    super(tasks.bullmq, { readOnlyMode: true });
    this.#tasks = tasks;
    this.#redactor = redactor;
  }

  override async getJob(id: string): Promise<Job | undefined> {
    const [job] = await this.#read([id]);
    return job;
  }

  override async getJobs(
    ...[statuses, start = 0, end = -1]: Parameters<BullMQAdapter["getJobs"]>
  ): Promise<Job[]> {
    const last = start + MAX_JOBS - 1;
    // BullMQ keeps the jobs of a paused queue as waiting ones.
    const states = statuses.filter((status) => status !== "paused");
    const ids = await this.#tasks.bullmq.getRanges(states, start, end < 0 ? last : Math.min(end, last));
    return this.#read(ids.slice(0, MAX_JOBS));
  }

  override async getJobLogs(id: string): Promise<string[]> {
    return toLogLines(await this.#tasks.outputEnd(id, LOG_BYTES));
  }

  /** No task has children, and to look for them would load all of it. */
  override async getFlowProducer(): Promise<null> {
    return null;
  }

  /** Those that exist. */
  async #read(ids: string[]): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const job of await this.#tasks.boardJobs(ids)) if (job) jobs.push(await this.#show(job));
    return jobs;
  }

  async #show(job: BoardJob): Promise<Job> {
    const { id, standing, opts, timestamp, processedOn, delay } = job;
    const data = await this.#submissionOf(job);
    const shown = {
      ...{ id, opts, timestamp, processedOn, delay, data, progress: 0, stacktrace: [] },
      ...describeJob(standing, this.#tasks.now()),
    };
    const getState = () => this.#tasks.bullmq.getJobState(id);
    // What the dashboard's readers use of BullMQ's job.
    return { id, toJSON: () => shown, getState } as unknown as Job;
  }

  /** One after the other: each may have megabytes, of which little is shown. */
  async #submissionOf({ id, standing, timestamp }: BoardJob): Promise<unknown> {
    const name = `${id} ${timestamp}`;
    const known = this.#shown.get(name);
    this.#shown.delete(name);
    const shown = known ?? (await this.#loadSubmission(id, addressOf(standing)));
    this.#shown.set(name, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > REMEMBERED && oldest !== undefined) this.#shown.delete(oldest);
    return shown;
  }

  async #loadSubmission(id: string, address: string): Promise<unknown> {
    const json = await this.#tasks.submitted(id);
    // It was removed meanwhile.
    if (json === null) return {};
    return showSubmission(json, this.#redactor, { address, key: this.#tasks.bullmq.toKey(id) });
  }
}
