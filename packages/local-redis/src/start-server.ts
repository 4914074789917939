import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "./address.ts";
import type { ServerProgram } from "./find-server.ts";
import { startGuard } from "./guard.ts";
import { FailedStart, type RunningServer } from "./running-server.ts";
import { serverConfig } from "./server-config.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

export interface ServerStart {
  dir: string;
  address: Address;
  persistence: "append-only" | "none";
  log: (line: string) => void;
}

/** Longer than that a server takes to end only where its disk hangs. */
const STOP_PATIENCE_MS = 20_000;

/** Starts a server program as a child of this process. Throws `FailedStart` where it ends at once. */
export async function startServer(program: ServerProgram, start: ServerStart): Promise<RunningServer> {
  const { dir, address, persistence, log } = start;
  const logFile = join(dir, "redis.log");
  const configFile = join(dir, "redis.conf");
  writeFileSync(configFile, serverConfig({ dir, address, persistence }), { mode: 0o600 });
  const child = spawnServer(program.command, { dir, configFile, logFile });
  const ended = endingOf(child);
  const guard =
    child.pid === undefined
      ? undefined
      : startGuard({
          pid: child.pid,
          pidFile: join(dir, "redis.pid"),
          scratchDir: persistence === "none" ? dir : undefined,
        });
  ended.then(() => guard?.dismiss());
  const onLoading = () => log("Redis reads its data ...");
  const state = await waitUntilReady({ address, ended, onLoading }).catch((error: Error) => {
    // It answers, and not as a server of ours does.
    child.kill("SIGKILL");
    throw error;
  });
  if (state === "ended") throw new FailedStart(await ended, readLines(logFile));
  // A starter that has nothing else to do may exit: the guard then ends the server.
  child.unref();
  return { pid: child.pid, lifeline: guard?.lifeline, ended, stop, kill };

  async function stop() {
    // Nothing is kept: nothing to write out first.
    if (persistence === "none") return kill();
    child.ref();
    child.kill("SIGTERM");
    const impatient = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
    await ended;
    clearTimeout(impatient);
  }

  async function kill() {
    child.ref();
    child.kill("SIGKILL");
    await ended;
  }
}

interface ServerFiles {
  dir: string;
  configFile: string;
  logFile: string;
}

function spawnServer(command: string, { dir, configFile, logFile }: ServerFiles): ChildProcess {
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.old`);
  // By its stdin: Redis expands `*`, `?` and `[` in a configuration's path, and where nothing matches it runs
  // without one, open to the network.
  const input = openSync(configFile, "r");
  // What is wrong with the configuration itself goes to stdout and stderr: into the same file.
  const output = openSync(logFile, "a", 0o600);
  try {
    // In a session of its own: a terminal's Ctrl-C must not end it before those that still write to it.
    return spawn(command, ["-"], { cwd: dir, detached: true, stdio: [input, output, output] });
  } finally {
    closeSync(input);
    closeSync(output);
  }
}

function endingOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => {
      resolve(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`);
    });
  });
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
