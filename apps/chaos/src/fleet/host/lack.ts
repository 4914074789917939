/** What a worker's host can run out of. */
export const lacks = [
  /** No further process or thread can be started. */
  "pids",
  /** No further file can be opened, but for a few. */
  "descriptors",
  /** The file system is full on which prompt files are written. */
  "prompt-space",
  /** The file system is full on which the pipes of commands are made. */
  "pipe-space",
  /** Somebody removes the worker's folders. */
  "folders",
  /** The program of the worker's template vanishes. */
  "program",
] as const;
export type Lack = (typeof lacks)[number];
