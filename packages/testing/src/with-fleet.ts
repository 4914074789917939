import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";
import { waitFor } from "./wait-for.ts";
import { withTempDir } from "./with-temp-dir.ts";

const builtProgram = (app: "api" | "worker") =>
  fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));

export interface FleetOptions {
  redisUrl: string;
  queue: string;
  workers?: number;
  /** Settings of the API and the workers. Nothing else is inherited but PATH and HOME, and these where not undefined. */
  env?: Record<string, string | undefined>;
  /** The entry files of the programs; absent: those that the build made. */
  program?: (app: "api" | "worker") => string;
  /** A command that starts the programs in its own place, such as nohup. */
  launcher?: readonly string[];
}

export interface FleetProcess {
  /** Where its probes are, and the API itself. */
  url: string;
  child: ChildProcess;
  pid: number;
  log(): string;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface Fleet {
  /** The API's address; the same after a restart. */
  url: string;
  api: FleetProcess;
  workers: FleetProcess[];
  startApi(): Promise<void>;
  startWorker(env?: Record<string, string>): Promise<FleetProcess>;
  /** Calls the API; a body goes as JSON. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
}

/** Runs the body with the built API and workers as real processes, which are killed afterwards. */
export async function withFleet<T>(options: FleetOptions, body: (fleet: Fleet) => Promise<T>): Promise<T> {
  return withTempDir(async (dir) => {
    const stateDir = join(dir, "state");
    try {
      return await withFleetIn(stateDir, options, body);
    } finally {
      // The guards of killed workers are at it for a moment longer.
      await waitFor(() => !existsSync(stateDir) || readdirSync(stateDir).length === 0, {
        description: "the state folder is empty",
        timeoutMs: GUARDS_WITHIN_MS,
      }).catch(() => {});
    }
  });
}

const GUARDS_WITHIN_MS = 5_000;

async function withFleetIn<T>(
  stateDir: string,
  { redisUrl, queue, workers: count = 2, env = {}, program = builtProgram, launcher = [] }: FleetOptions,
  body: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const started: FleetProcess[] = [];
  const { PATH = "", HOME = "" } = process.env;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;

  const start = (app: "api" | "worker", address: string, more: Record<string, string>): FleetProcess => {
    const [file = "", ...args] = [...launcher, process.execPath, program(app)];
    const child = spawn(file, args, {
      env: {
        ...{ PATH, HOME, REDIS_URL: redisUrl, HOST_RUNNER_QUEUE: queue, HOST_RUNNER_STATE_DIR: stateDir },
        ...{ ...env, ...more },
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let log = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const exit = new Promise<Awaited<FleetProcess["exit"]>>((resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    const started_ = { url: address, child, pid: child.pid ?? -1, log: () => log, exit };
    started.push(started_);
    return started_;
  };
  const untilReady = (address: string, { log, child }: FleetProcess) =>
    waitFor(
      async () => {
        if (child.exitCode !== null) return "ended" as const;
        return (await fetch(`${address}/readyz`)).ok && ("ready" as const);
      },
      { description: `${address} is ready` },
    ).then((state) => {
      if (state === "ended") throw new Error(`it ended at its start:\n${log()}`);
    });

  const fleet: Fleet = {
    url,
    api: undefined as unknown as FleetProcess,
    workers: [],
    async startApi() {
      fleet.api = start("api", url, { HOST_RUNNER_PORT: String(port) });
      await untilReady(url, fleet.api);
    },
    async startWorker(more = {}) {
      const workerPort = await freePort();
      const workerUrl = `http://127.0.0.1:${workerPort}`;
      const worker = start("worker", workerUrl, { ...more, HOST_RUNNER_WORKER_PORT: String(workerPort) });
      await untilReady(workerUrl, worker);
      fleet.workers.push(worker);
      return worker;
    },
    async call(method, path, content) {
      const response = await fetch(url + path, {
        method,
        ...(content !== undefined && {
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(content),
        }),
      });
      return { status: response.status, body: (await response.json()) as never };
    },
  };
  try {
    await Promise.all([fleet.startApi(), ...Array.from({ length: count }, () => fleet.startWorker())]);
    return await body(fleet);
  } finally {
    for (const { child } of started) child.kill("SIGKILL");
    await Promise.all(started.map(({ exit }) => exit));
  }
}
