import { fileURLToPath } from "node:url";
import { waitFor } from "@host-runner/testing";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

export const command = fileURLToPath(new URL("../../bin/host-runner.js", import.meta.url));
export const ownCommand = [process.execPath, command];

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  /** All of the environment but PATH, HOME and TERM. */
  env?: Record<string, string>;
  cwd?: string;
  /** What stands before the arguments; absent: the checkout's own command. */
  command?: readonly string[];
}

/** A terminal with `host-runner` in it, as somebody sees it who sits before it. */
export interface Terminal {
  /** The lines on the screen now, without spaces at their ends. */
  screen(): string[];
  /** Everything that was written to it, with all control sequences. */
  raw(): string;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Closes its window. */
  hangUp(): void;
  pid: number;
  /** Resolves to the screen as soon as its text matches. */
  waitForScreen(pattern: RegExp): Promise<string>;
  /** Resolves when the program has ended and all is on the screen. */
  exit: Promise<{ exitCode: number; signal: number }>;
}

export const CTRL_C = "\u0003";

/** Runs the body with the command in a pseudo-terminal, which is hung up afterwards. */
export async function withTerminal<T>(
  args: string[],
  { columns = 80, rows = 24, env = {}, cwd, command = ownCommand }: TerminalOptions,
  body: (terminal: Terminal) => Promise<T>,
): Promise<T> {
  const { PATH = "", HOME = "" } = process.env;
  const size = { cols: columns, rows };
  const screen = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 1_000 });
  const [file = "", ...first] = command;
  const shell = spawn(file, [...first, ...args], {
    ...size,
    ...(cwd && { cwd }),
    name: "xterm-256color",
    env: { PATH, HOME, TERM: "xterm-256color", ...env },
  });
  let raw = "";
  let shown = Promise.resolve();
  shell.onData((text) => {
    raw += text;
    shown = new Promise((resolve) => screen.write(text, resolve));
  });
  const exit = new Promise<{ exitCode: number; signal: number }>((resolve) => {
    shell.onExit(async ({ exitCode, signal = 0 }) => {
      await shown;
      resolve({ exitCode, signal });
    });
  });
  const lines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? "");
  };
  try {
    return await body({
      screen: lines,
      raw: () => raw,
      type: (keys) => shell.write(keys),
      resize(cols, rows) {
        screen.resize(cols, rows);
        shell.resize(cols, rows);
      },
      hangUp: () => shell.kill("SIGHUP"),
      pid: shell.pid,
      waitForScreen: (pattern) =>
        waitFor(
          () => {
            const text = lines().join("\n");
            if (pattern.test(text)) return text;
            throw new Error(`the screen shows:\n${text.trimEnd()}`);
          },
          { description: `${pattern} on the screen`, timeoutMs: 15_000 },
        ),
      exit,
    });
  } finally {
    try {
      shell.kill("SIGHUP");
    } catch {
      // It has ended.
    }
    screen.dispose();
  }
}
