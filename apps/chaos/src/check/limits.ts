/** What a machine with two cores and much to do adds to everything: fleet, load and checks share it. */
export const BUSY_MS = 500;

/** How soon a worker takes tasks after its start, or the return of Redis. */
export const TAKES_TASKS_MS = 5_000;
