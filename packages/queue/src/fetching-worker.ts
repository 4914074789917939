import { type Job, type Processor, Worker, type WorkerOptions } from "bullmq";
import type { StoredSubmission } from "./project-task.ts";

type StoredJob = Job<StoredSubmission, never>;

/**
 * BullMQ's Worker, but for two things: once it is paused it takes no more jobs at all, and it tells when it last
 * asked for one.
 */
export class FetchingWorker extends Worker<StoredSubmission, never> {
  private readonly passOn: () => Promise<unknown>;
  private fetchedAt = Date.now();

  /** `passOn` puts back the marker that tells workers of waiting jobs. */
  constructor(
    queue: string,
    processor: Processor<StoredSubmission, never>,
    { passOn, ...options }: WorkerOptions & { passOn: () => Promise<unknown> },
  ) {
    super(queue, processor, options);
    this.passOn = passOn;
  }

  /** How long ago it last asked for a job. With a slot free it asks every few seconds. */
  get msSinceFetch(): number {
    return Date.now() - this.fetchedAt;
  }

  protected override async moveToActive(token: string, name?: string): Promise<StoredJob> {
    this.fetchedAt = Date.now();
    if (!this.isPaused()) return super.moveToActive(token, name);
    // A fetch that was waiting for work when the pause came would still take a job. It has used up the marker:
    // another worker is to find it.
    await this.passOn();
    // BullMQ's own answer where there is no job, which its types leave out.
    return undefined as unknown as StoredJob;
  }
}
