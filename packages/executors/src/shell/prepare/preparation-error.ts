/** Why a command cannot be started, in one line: a failure of the task, not of host-runner. */
export class PreparationError extends Error {
  override readonly name = "PreparationError";
}
