import { spawn } from "node:child_process";
import {
  type Fleet,
  type OwnRedis,
  waitFor,
  withFleet,
  withOwnRedis,
  withTempDir,
} from "@host-runner/testing";
import { afterAll } from "@jest/globals";
import { ownCommand, type Terminal, type TerminalOptions, withTerminal } from "./with-terminal.ts";

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface CliOptions {
  /** What is piped in; without it stdin is empty. */
  stdin?: string;
  env?: Record<string, string | undefined>;
  /** What stands before the arguments; absent: the checkout's own command. */
  command?: readonly string[];
}

export interface Cli extends Fleet {
  /** Runs the command with pipes, to its end. */
  cli(args: string[], options?: CliOptions): Promise<Ended>;
  /** Runs it in a terminal. */
  terminal<T>(
    args: string[],
    body: (terminal: Terminal) => Promise<T>,
    options?: TerminalOptions,
  ): Promise<T>;
}

/** The prompt is a script: what a command line does with one is easily said in it. */
export const shellEnv = {
  HOST_RUNNER_EXECUTOR: "shell",
  HOST_RUNNER_SHELL: "none",
  HOST_RUNNER_CMD_TEMPLATE: "bash -c 'eval \"$1\"' bash {prompt}",
};

/** A fleet with an empty queue, whose processes outlive a test. */
interface KeptFleet {
  fleet: Fleet;
  redis: ReturnType<OwnRedis["connect"]>;
  end(): Promise<void>;
}

/** Fleets that no test of this file uses at the moment, by their settings: to start one takes longer than most tests. */
const idle = new Map<string, KeptFleet>();
afterAll(async () => {
  await Promise.all([...idle.values()].map(({ end }) => end()));
});

/** The command line beside a fleet that nobody else uses, with an empty queue and a home of its own. */
export async function withCli(
  body: (cli: Cli) => Promise<void>,
  more: Record<string, string> = {},
): Promise<void> {
  const settings = JSON.stringify(more);
  const kept = idle.get(settings) ?? (await keepFleet({ ...shellEnv, ...more }));
  idle.delete(settings);
  try {
    await withTempDir(async (home) => {
      const own = { HOME: home, HOST_RUNNER_URL: kept.fleet.url };
      // The fleet's API may be another one after a restart: what reads it goes by the same object.
      await body(
        Object.assign(kept.fleet, {
          cli: (args: string[], { stdin, env }: CliOptions = {}) =>
            runCli(args, { stdin: stdin ?? "", env: { ...own, ...env } }),
          terminal: <T>(
            args: string[],
            use: (terminal: Terminal) => Promise<T>,
            options: TerminalOptions = {},
          ) => withTerminal(args, { ...options, env: { ...own, ...options.env } }, use),
        }),
      );
    });
    await emptyQueue(kept);
    idle.set(settings, kept);
  } catch (error) {
    // Whatever state it is in, the next test does not get it.
    await kept.end();
    throw error;
  }
}

function keepFleet(env: Record<string, string>): Promise<KeptFleet> {
  return new Promise((resolve, reject) => {
    const ended = withOwnRedis(({ url: redisUrl, connect }) =>
      withFleet(
        { redisUrl, queue: "tasks", workers: 1, env },
        (fleet) =>
          new Promise<void>((release) => {
            const end = () => {
              release();
              return ended;
            };
            resolve({ fleet, redis: connect(), end });
          }),
      ),
    );
    ended.catch(reject);
  });
}

/** What is left of a queue that is new: its version, and the workers that have announced themselves. */
const OF_A_NEW_QUEUE = ["{hr}:tasks:meta", "{hr}.tasks:workers", "{hr}.tasks:workers-seen"];

async function emptyQueue({ fleet, redis }: KeptFleet): Promise<void> {
  await waitFor(
    async () => {
      for (const status of ["queued", "running"]) {
        const { body } = await fleet.call<{ tasks: { task_id: string }[] }>("GET", `/tasks?status=${status}`);
        for (const { task_id } of body.tasks) {
          await fleet.call("POST", `/tasks/${encodeURIComponent(task_id)}/cancel`);
        }
        if (body.tasks.length > 0) return false;
      }
      return true;
    },
    { description: "no task is left" },
  );
  const keys = (await redis.keys("*")).filter((key) => !OF_A_NEW_QUEUE.includes(key));
  if (keys.length > 0) await redis.del(keys);
}

/** Runs the command without any API. */
export async function runCli(
  args: string[],
  { stdin = "", env = {}, command = ownCommand }: CliOptions = {},
): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const [file = "", ...first] = command;
  const child = spawn(file, [...first, ...args], { env: { PATH, HOME, ...env } });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, ...output };
}

/** Whether the text has a control sequence. */
export const hasEscapes = (text: string) => text.includes("\u001b");
