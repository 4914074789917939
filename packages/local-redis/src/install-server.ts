import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { findServer } from "./find-server.ts";
import { waitForLock } from "./lock.ts";

/** Root's own folder: nobody else can put a lock there. */
const LOCK = "/run/host-runner-install.lock";
const APT = "/usr/bin/apt-get";

/** Whether this system's package manager installs without asking a question. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync(APT) && existsSync("/run");
}

/**
 * Installs redis-server, unless another process just did: two at once wait for each other. Resolves to the
 * reason where it does not work.
 */
export async function installServer(log: (line: string) => void): Promise<string | undefined> {
  const lock = await waitForLock(LOCK, () => log("Waiting for another process that installs Redis ..."));
  try {
    if ("command" in (await findServer())) return undefined;
    log("Installing redis-server with apt-get; this may take a minute ...");
    // Package lists may be missing altogether, as in a container's image.
    const failure =
      (await run(APT, ["update"], log)) ??
      (await run(APT, ["install", "--yes", "--no-install-recommends", "redis-server"], log));
    if (failure === undefined) await stopSystemService();
    return failure;
  } finally {
    lock.release();
  }
}

/** The package starts a server of its own, on the usual port: nobody asked for that one. */
async function stopSystemService(): Promise<void> {
  if (existsSync("/run/systemd/system")) await run("systemctl", ["disable", "--now", "redis-server"]);
  else await run("service", ["redis-server", "stop"]);
}

/** Resolves to what went wrong, in one line, or to undefined. */
function run(command: string, args: string[], log?: (line: string) => void): Promise<string | undefined> {
  // Another apt-get may be at work, such as the system's own updates.
  const options = command === APT ? ["-o", "DPkg::Lock::Timeout=300", "-q"] : [];
  const environment = ["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"];
  const child = spawn("env", [...environment, command, ...options, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let last = "";
  const follow = (text: string) => {
    for (const line of text.split("\n").filter((part) => part.trim())) {
      if (/^(E|Err|W):/.test(line)) last = line;
      if (/^(Setting up|E:)/.test(line)) log?.(`  ${line}`);
    }
  };
  child.stdout.setEncoding("utf8").on("data", follow);
  child.stderr.setEncoding("utf8").on("data", follow);
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => {
      resolve(code === 0 ? undefined : `${command} ${args[0]} ended with ${code ?? signal}: ${last}`);
    });
  });
}
