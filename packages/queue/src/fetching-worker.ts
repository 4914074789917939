import { type Job, type Processor, Worker, type WorkerOptions } from "bullmq";
import type { StoredSubmission } from "./project-task.ts";

type StoredJob = Job<StoredSubmission, never>;

/** BullMQ's Worker, but for one thing: once it is paused it takes no more jobs at all. */
export class FetchingWorker extends Worker<StoredSubmission, never> {
  private readonly passOn: () => Promise<unknown>;

  /** `passOn` puts back the marker that tells workers of waiting jobs. */
  constructor(
    queue: string,
    processor: Processor<StoredSubmission, never>,
    { passOn, ...options }: WorkerOptions & { passOn: () => Promise<unknown> },
  ) {
    super(queue, processor, options);
    this.passOn = passOn;
  }

  protected override async moveToActive(token: string, name?: string): Promise<StoredJob> {
    if (!this.isPaused()) return super.moveToActive(token, name);
    // A fetch that was waiting for work when the pause came would still take a job. It has used up the marker:
    // another worker is to find it.
    await this.passOn();
    // BullMQ's own answer where there is no job, which its types leave out.
    return undefined as unknown as StoredJob;
  }
}
