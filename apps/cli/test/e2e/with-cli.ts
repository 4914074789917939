import { spawn } from "node:child_process";
import { type Fleet, withFleet, withRedis, withTempDir } from "@host-runner/testing";
import { command, type Terminal, type TerminalOptions, withTerminal } from "./with-terminal.ts";

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface CliOptions {
  /** What is piped in; without it stdin is empty. */
  stdin?: string;
  env?: Record<string, string>;
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
const shellEnv = {
  HOST_RUNNER_EXECUTOR: "shell",
  HOST_RUNNER_SHELL: "none",
  HOST_RUNNER_CMD_TEMPLATE: "bash -c 'eval \"$1\"' bash {prompt}",
};

/** The command line beside a fleet of its own, with a home of its own. */
export function withCli(body: (cli: Cli) => Promise<void>, env: Record<string, string> = {}): Promise<void> {
  return withRedis(({ url: redisUrl, name: queue }) =>
    withFleet({ redisUrl, queue, workers: 1, env: { ...shellEnv, ...env } }, (fleet) =>
      withTempDir((home) => {
        const own = { HOME: home, HOST_RUNNER_URL: fleet.url };
        // The fleet's API may be another one after a restart: what reads it goes by the same object.
        return body(
          Object.assign(fleet, {
            cli: (args: string[], { stdin, env }: CliOptions = {}) =>
              runCli(args, { stdin: stdin ?? "", env: { ...own, ...env } }),
            terminal: <T>(
              args: string[],
              use: (terminal: Terminal) => Promise<T>,
              options: TerminalOptions = {},
            ) => withTerminal(args, { ...options, env: { ...own, ...options.env } }, use),
          }),
        );
      }),
    ),
  );
}

/** Runs the command without any API. */
export async function runCli(args: string[], { stdin = "", env = {} }: CliOptions = {}): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [command, ...args], { env: { PATH, HOME, ...env } });
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
