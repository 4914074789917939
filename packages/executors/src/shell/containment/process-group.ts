/** Whether any process, a zombie too, is in the group. */
export function groupExists(pgid: number): boolean {
  return sendSignal(-pgid, 0);
}

/** Sends a signal to a process, or to a group by its negative pid. False where there is nothing to get it. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // EPERM: it is there, but has become another user's. That it cannot be stopped shows in the survivors.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
