import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isSupported, OLDEST_SUPPORTED, parseVersion } from "./server-version.ts";

export interface ServerProgram {
  command: string;
  version: string;
}

/** The first server program on PATH that is new enough, or what was found instead of one. */
export async function findServer(): Promise<ServerProgram | { problem: string }> {
  const problems: string[] = [];
  for (const command of ["redis-server", "valkey-server"]) {
    const version = await readVersion(command);
    if (version === undefined) continue;
    if (isSupported(version)) return { command, version };
    problems.push(`${command} ${version} is too old: ${OLDEST_SUPPORTED} or newer is needed`);
  }
  return { problem: problems.join("; ") || "neither redis-server nor valkey-server is on the PATH" };
}

async function readVersion(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, ["--version"], { timeout: 10_000 });
    return parseVersion(stdout);
  } catch {
    return undefined;
  }
}
