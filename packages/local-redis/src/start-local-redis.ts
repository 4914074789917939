import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { type Address, describeAddress, socketAddress, toUrl } from "./address.ts";
import { choosePort } from "./choose-port.ts";
import { endLeftover } from "./end-leftover.ts";
import { LocalRedisError } from "./errors.ts";
import { explainFailedStart, isAddressProblem } from "./explain-failed-start.ts";
import { type Lock, readHolder, tryLock } from "./lock.ts";
import { isRunning } from "./process-identity.ts";
import { provideServer, type Source } from "./provide-server.ts";
import { FailedStart, type RunningServer } from "./running-server.ts";
import { startInDocker } from "./start-in-docker.ts";
import { type ServerStart, startServer } from "./start-server.ts";

export type LocalRedisOptions = {
  /** Told what takes its time. */
  log?: (line: string) => void;
} & (
  | { persistence: "append-only" /** Holds the data, for this and later starts. */; dir: string }
  /** For tests: nothing is written, and the server's own temporary folder goes with it. */
  | { persistence: "none" }
);

export interface LocalRedis {
  /** redis+unix:///path or redis://:password@127.0.0.1:port: a secret, where it has a password. */
  url: string;
  /** The server and where it listens, for people. Has no secret. */
  description: string;
  /** Its process, where it is one of this machine. */
  pid: number | undefined;
  /** How it ended, in words for people, whoever ended it. Never rejects. */
  ended: Promise<string>;
  /**
   * The server ends when nobody holds this stream any more: this process, and each child that got it in its
   * `stdio`. So children that outlive a killed starter still have their Redis for as long as they run.
   * Undefined for a container.
   */
  lifeline: Writable | undefined;
  /** Ends it in order, what it acknowledged is on disk, and frees the folder. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends it as a crash would, and frees the folder. */
  kill(): Promise<void>;
}

const LOCK_NAME = "lock";

/** A port that was free may be taken a moment later: this often another one is tried. */
const PORT_ATTEMPTS = 3;

/**
 * Starts a Redis that this process owns: a child in a session of its own, which nobody but this user reaches
 * and which does not outlive its starter. Throws `LocalRedisError` with what to do.
 */
export async function startLocalRedis(options: LocalRedisOptions): Promise<LocalRedis> {
  const { persistence, log = () => {} } = options;
  const isScratch = persistence === "none";
  const source = await provideServer(log);
  const dir = isScratch ? mkdtempSync(join(tmpdir(), "host-runner-redis-")) : prepareFolder(options.dir);
  const lock = lockFolder(dir);
  const freeFolder = () => {
    lock.release();
    if (isScratch) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await endLeftover(dir, log);
    const { server, address } = await startOnFreeAddress(source, { dir, persistence, log });
    const ended = server.ended.then((ending) => {
      freeFolder();
      return ending;
    });
    const { pid, lifeline } = server;
    const program = source === "docker" ? "redis in Docker" : `${source.command} ${source.version}`;
    return {
      url: toUrl(address),
      description: `${program} on ${describeAddress(address)}`,
      pid,
      ended,
      lifeline,
      stop: async () => void (await Promise.all([server.stop(), ended])),
      kill: async () => void (await Promise.all([server.kill(), ended])),
    };
  } catch (error) {
    freeFolder();
    if (!(error instanceof FailedStart)) throw error;
    const { ending, logLines } = error;
    throw new LocalRedisError("start_failed", explainFailedStart({ dir, ending, logLines }), {
      cause: error,
    });
  }
}

async function startOnFreeAddress(
  source: Source,
  start: Omit<ServerStart, "address">,
): Promise<{ server: RunningServer; address: Address }> {
  const socket = source === "docker" ? undefined : socketAddress(start.dir);
  for (let attempt = socket ? 0 : 1; ; attempt += 1) {
    try {
      if (source === "docker") {
        const address = await choosePort(start.dir);
        return { server: await startInDocker({ ...start, address }), address };
      }
      // There are file systems without sockets: hence a port even where the path would fit.
      const address = attempt === 0 && socket ? socket : await choosePort(start.dir);
      return { server: await startServer(source, { ...start, address }), address };
    } catch (error) {
      if (!(error instanceof FailedStart) || !isAddressProblem(error.logLines)) throw error;
      if (attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function prepareFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    const dir = realpathSync(path);
    // The socket is as private as its folder.
    chmodSync(dir, 0o700);
    return dir;
  } catch (error) {
    const { message } = error as Error;
    throw new LocalRedisError("start_failed", `Redis needs the folder ${path} for its data: ${message}`);
  }
}

/** The id of the process that has a Redis on the folder, if one has. */
export function findFolderUser(dir: string): number | undefined {
  const holder = readHolder(join(dir, LOCK_NAME));
  return holder !== undefined && isRunning(holder) ? Number(holder.split("@")[0]) : undefined;
}

function lockFolder(dir: string): Lock {
  const lock = tryLock(join(dir, LOCK_NAME));
  if ("release" in lock) return lock;
  const pid = lock.holder.split("@")[0];
  throw new LocalRedisError("in_use", `process ${pid} already has a Redis on ${dir}`);
}
