import { readFileSync, statSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import type { Config } from "./parse-config.ts";

export interface ConfigFile {
  /** Null where the user has no place for one. */
  path: string | null;
  /** Null where there is no such file. */
  config: Config | null;
  warnings: string[];
}

/** Reads the configuration file. Rejects with `CliError` where it cannot be used. */
export async function readConfig(path: string | null): Promise<ConfigFile> {
  const text = path === null ? null : readText(path);
  if (path === null || text === null) return { path, config: null, warnings: [] };
  // Most have none, and need not wait for what reads it.
  const { parseConfig } = await import("./parse-config.ts");
  const config = parseConfig(text, path);
  const hasToken = Object.values(config.profiles).some(({ token }) => token !== undefined);
  return { path, config, warnings: hasToken ? warnOfReaders(path) : [] };
}

/** Who else may read a file with a secret. On Windows the folder's own rights decide. */
export function warnOfReaders(path: string): string[] {
  if (process.platform === "win32") return [];
  const readableByOthers = (statSync(path).mode & 0o077) !== 0;
  return readableByOthers ? [`${path} holds a token, and others may read it: chmod 600 ${path}`] : [];
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new CliError(`${path} cannot be read: ${message}`);
  }
}
