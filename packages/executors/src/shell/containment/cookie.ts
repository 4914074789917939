/**
 * The variable that marks every process of an attempt. Commands that filter the environment of what they start
 * drop names with KEY, SECRET or TOKEN in them, so this one has none.
 */
export const COOKIE_NAME = "HOST_RUNNER_TREE";

/** The text that only processes of this worker carry. `workerKey` is random and of a fixed length. */
export const workerMark = (workerKey: string): string => `${workerKey}.`;

/** The text that only processes of this one attempt carry: its end keeps 1 from matching 12. */
export const attemptMark = (workerKey: string, sequence: number): string => `${workerKey}.${sequence};`;

/**
 * The variable's value. A worker that itself runs in a task of another hands that one's marks on, so that the
 * outer task's end still finds what the inner one started.
 */
export const cookieValue = (inherited: string | undefined, mark: string): string =>
  `${inherited ?? ""}${mark}`;
