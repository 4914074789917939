import { accessSync, constants, existsSync, lstatSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { isWithin } from "./shell/prepare/working-directory.ts";

interface StateDirOptions {
  /** Of the worker that looks. */
  environment: Record<string, string | undefined>;
  uid: number;
  /** Stands before the folders of the system. For tests. */
  root?: string;
}

/**
 * The folder in which workers of this user and host keep what their successors have to find, where no setting names one.
 * Never below TMPDIR: systemd gives each start of a service another one. Makes nothing.
 */
export function findStateDir({ environment, uid, root = "/" }: StateDirOptions): string {
  const { XDG_RUNTIME_DIR: runtimeDir = "" } = environment;
  const { TMPDIR: temporary = "" } = environment;
  // A relative one is to be ignored, says the XDG specification.
  const isUsable = isAbsolute(runtimeDir) && !(temporary && isWithin(runtimeDir, temporary));
  const preferred = [
    ...(isUsable ? [join(runtimeDir, "host-runner")] : []),
    join(root, `run/host-runner-${uid}`),
  ];
  return (
    preferred.find((path) => existsSync(path) || isWritable(dirname(path))) ??
    join(root, `var/tmp/host-runner-${uid}`)
  );
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

/**
 * What is wrong with a state folder, in words that follow its path; null for one that is as it should be, or can be made.
 * It may be in a folder that everybody may write to: another user may have been there first.
 */
export function findStateDirProblem(path: string): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) {
    const parent = nearestFolder(dirname(path));
    return isWritable(parent)
      ? null
      : `cannot be made: this user may not write to ${parent}. Set HOST_RUNNER_STATE_DIR to another one`;
  }
  const ownUid = process.getuid?.() ?? stats.uid;
  if (stats.isDirectory() && stats.uid === ownUid && (stats.mode & 0o077) === 0) return null;
  return "must be a folder of this user's alone (mode 0700): remove it, or set HOST_RUNNER_STATE_DIR to another one";
}
