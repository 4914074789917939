import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ApiClient, createClient } from "./load/create-client.ts";
import type { LoadOrder, LoadResult } from "./load/load-order.ts";
import { interleave } from "./measure/interleave.ts";
import { type Program, startProgram } from "./processes/start-program.ts";
import { type BenchRedis, startRedis } from "./redis/start-redis.ts";
import type { DetailTable } from "./report/result.ts";

/** What a row measures with: everything that it starts is ended after it. */
export interface Bench {
  /** Where the row may leave files; gone after it. */
  folder: string;
  /** The size of something: less of it in a quick look. */
  size(quick: number, full: number): number;
  tell(progress: string): void;
  /** Adds what the table of ratios has no place for. */
  addTable(table: DetailTable): void;
  /** See `interleave`; tells the progress. */
  interleave: typeof interleave;
  redis(): Promise<BenchRedis>;
  /** The built API, on a port of its own, with a client. */
  api(
    redis: BenchRedis,
    queue: string,
    env?: Record<string, string>,
    nodeOptions?: string[],
  ): Promise<Program & ApiClient>;
  /** The built worker. */
  worker(
    redis: BenchRedis,
    queue: string,
    env?: Record<string, string>,
    nodeOptions?: string[],
  ): Promise<Program>;
  /** The program of that name in yardsticks/, on the queue. */
  yardstick(name: string, redis: BenchRedis, queue: string, env?: Record<string, string>): Promise<Program>;
  /** The load generator; throws where an answer is none. */
  load(): Promise<(order: LoadOrder) => Promise<LoadResult>>;
}

export interface OpenBench extends Bench {
  /** Ends everything that was started, and removes the folder. Where this process is killed, all ends as well. */
  end(): Promise<void>;
}

export interface BenchOptions {
  quick: boolean;
  /** Where the row's folder is made. */
  parentFolder: string;
  /** What programs need of the machine to run at all. */
  path: string;
  tell: (progress: string) => void;
  addTable: (table: DetailTable) => void;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const app = (name: "api" | "worker") => here(`../../${name}/dist/main.js`);

/** More than any row submits: what is measured is the work, not its refusal. */
const MAX_QUEUED = String(100_000_000);

export function openBench({ quick, parentFolder, path, tell, addTable }: BenchOptions): OpenBench {
  const folder = realpathSync(mkdtempSync(join(parentFolder, "host-runner-bench-")));
  const programs: Program[] = [];
  const clients: ApiClient[] = [];
  const servers: BenchRedis[] = [];
  let started = 0;
  let isOver = false;
  const stateDir = { HOST_RUNNER_STATE_DIR: join(folder, "state") };
  const shared = { PATH: path, HOME: folder, TMPDIR: folder, ...stateDir };

  return {
    ...{ folder, tell, addTable },
    size: (small, full) => (quick ? small : full),
    interleave: (rounds, sides, options) => interleave(rounds, sides, { tell, ...options }),

    async redis() {
      const server = await startRedis(folder, `redis-${++started}`);
      servers.push(server);
      if (isOver) await server.kill();
      return server;
    },

    async api(redis, queue, env = {}, nodeOptions = []) {
      const settings = {
        ...{ REDIS_URL: redis.url, HOST_RUNNER_QUEUE: queue, HOST_RUNNER_PORT: "0" },
        ...{ HOST_RUNNER_MAX_QUEUED: MAX_QUEUED, ...env },
      };
      const program = await start(app("api"), /listening on (http:[^"]+)/, settings, nodeOptions);
      const client = createClient(program.greeting[1]!);
      clients.push(client);
      return { ...program, ...client };
    },

    worker(redis, queue, env = {}, nodeOptions = []) {
      const settings = { REDIS_URL: redis.url, HOST_RUNNER_QUEUE: queue, HOST_RUNNER_DRAIN_SECONDS: "0" };
      return start(app("worker"), /taking tasks/, { ...settings, ...env }, nodeOptions);
    },

    yardstick(name, redis, queue, env = {}) {
      const settings = { REDIS: redis.address, QUEUE: queue };
      return start(here(`yardsticks/${name}.js`), /^ready ?(.*)$/m, { ...settings, ...env });
    },

    async load() {
      const { ask } = await start(here("load/load-program.js"), /^ready$/m, {});
      return async (order) => {
        const answer = await ask<LoadResult | { problem: string }>(order);
        if ("problem" in answer) throw new Error(answer.problem);
        return answer;
      };
    },

    async end() {
      isOver = true;
      await Promise.all([
        ...programs.map((program) => program.stop()),
        ...clients.map((client) => client.close()),
      ]);
      await Promise.all(servers.map((server) => server.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function start(
    file: string,
    ready: RegExp,
    env: Record<string, string>,
    nodeOptions: string[] = [],
  ): Promise<Program> {
    const name = file.split("/").slice(-3).join("/");
    const logFile = join(folder, `${++started}.log`);
    const program = await startProgram({
      name,
      file,
      nodeOptions,
      env: { ...shared, ...env },
      logFile,
      ready,
    });
    programs.push(program);
    // The row failed or was stopped meanwhile, and what it had has been ended already.
    if (isOver) await program.stop();
    return program;
  }
}
