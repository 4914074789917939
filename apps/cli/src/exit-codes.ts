/** What each exit code of `host-runner` means. `run` alone has others: those of the command that it runs. */
export const exitCodes = {
  done: 0,
  /** Refused by the API, or a task did not succeed, or doctor found something to mend. */
  failed: 1,
  /** The command line, the environment or the configuration file is wrong. Nothing was done. */
  usage: 2,
  /** The API cannot be reached, or cannot do its work now. */
  unavailable: 3,
  /** The time that `wait --timeout` gave is up, or the command of `run` was stopped by its timeout. */
  timedOut: 124,
  /** Of `run`: host-runner itself failed, and not the command. */
  runFailed: 125,
  /** Ctrl-C. */
  interrupted: 130,
  /** Who read the output is gone, as in `host-runner ls | head -1`. */
  readerGone: 141,
} as const;
