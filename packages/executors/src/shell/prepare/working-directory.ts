import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { PreparationError } from "./preparation-error.ts";

interface WorkingDirectoryOptions {
  allowedRoots: readonly string[] | null;
  /** See defaultWorkingDirectory. */
  fallback: string;
}

/**
 * Where a command starts that asks for no directory: the first allowed root, else the worker's HOME if that is a
 * directory, else `/`. Never wherever the worker happens to have been started.
 */
export async function defaultWorkingDirectory(
  allowedRoots: readonly string[] | null,
  home: string | undefined,
): Promise<string> {
  const [firstRoot] = allowedRoots ?? [];
  if (firstRoot !== undefined) return firstRoot;
  return home !== undefined && isAbsolute(home) && (await isDirectory(home)) ? home : "/";
}

/** The directory that a command starts in. Throws a PreparationError where it cannot be used. */
export async function resolveWorkingDirectory(
  projectRoot: string | null,
  { allowedRoots, fallback }: WorkingDirectoryOptions,
): Promise<string> {
  if (projectRoot === null) return fallback;
  if (!isAbsolute(projectRoot)) throw refused(projectRoot, "is no absolute path");
  const directory = await existingDirectory(projectRoot);
  // Symbolic links are resolved on both sides: a link inside of a root must not lead out of it.
  if (allowedRoots && !(await isWithinAny(directory, allowedRoots))) {
    throw refused(projectRoot, "is outside of HOST_RUNNER_ALLOWED_ROOTS");
  }
  return directory;
}

async function existingDirectory(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if (await isDirectory(real)) return real;
  } catch (error) {
    throw refused(
      path,
      directoryErrors[(error as NodeJS.ErrnoException).code ?? ""] ?? (error as Error).message,
    );
  }
  throw refused(path, "is not a directory");
}

/** Why a directory cannot be used, by error code; it follows its name. */
export const directoryErrors: Record<string, string> = {
  ENOENT: "does not exist",
  ENOTDIR: "is not a directory",
  EACCES: "is not accessible to the worker",
  ELOOP: "has too many symbolic links",
  ENAMETOOLONG: "is too long",
  ERR_INVALID_ARG_VALUE: "contains a NUL character",
};

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

async function isWithinAny(directory: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    // A root that does not exist holds nothing.
    const real = await realpath(root).catch(() => null);
    if (real !== null && isWithin(directory, real)) return true;
  }
  return false;
}

/** Both resolved. A name such as `..data` is no way out. */
export function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === "" || !(way === ".." || way.startsWith("../") || isAbsolute(way));
}

function refused(path: string, reason: string): PreparationError {
  return new PreparationError(`working directory ${JSON.stringify(path)} ${reason}`);
}
