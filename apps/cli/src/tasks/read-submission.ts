import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SubmissionInput } from "@host-runner/client";
import { CliError } from "../cli-error.ts";

/** The options that `submit` and `run` share. */
export interface SubmissionOptions {
  file?: string;
  id?: string;
  run?: string;
  executor?: "mock" | "shell";
  directory?: string;
  timeout?: number;
  attempts?: number;
  backoff?: number;
  label?: Record<string, string>;
  metadata?: unknown;
}

/** The submission that a command line asks for, all but its prompt. Pure. */
export function toFields(options: SubmissionOptions): Omit<SubmissionInput, "prompt"> {
  const { id, run, executor, directory, timeout, attempts, backoff, label, metadata } = options;
  return {
    ...(id !== undefined && { task_id: id }),
    ...(run !== undefined && { run_id: run }),
    ...(executor !== undefined && { executor }),
    ...(directory !== undefined && { workspace: { project_root: resolve(directory) } }),
    ...(timeout !== undefined && { timeout_seconds: timeout }),
    ...(attempts !== undefined && { max_attempts: attempts }),
    ...(backoff !== undefined && { backoff_seconds: backoff }),
    ...(label !== undefined && { labels: label }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** The prompt: the words of the command line, a file, or what is piped in. Throws `CliError` where there is none. */
export async function readPrompt(words: string[], { file }: SubmissionOptions, stdin: NodeJS.ReadStream) {
  if (words.length > 0 && file !== undefined)
    throw new CliError("a prompt and --file were given: leave one out");
  if (words.length > 0) return words.join(" ");
  if (file !== undefined && file !== "-") return readText(file);
  if (file === undefined && stdin.isTTY) {
    throw new CliError("no prompt: give it as an argument, with --file, or by a pipe");
  }
  return readAll(stdin);
}

/** A text file, or stdin for "-". Throws `CliError`. */
export async function readTextOf(path: string, stdin: NodeJS.ReadStream): Promise<string> {
  return path === "-" ? readAll(stdin) : readText(path);
}

function readText(path: string): string {
  try {
    return decode(readFileSync(path), path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  } catch (error) {
    throw new CliError(`cannot read stdin: ${(error as Error).message}`);
  }
  const text = decode(Buffer.concat(chunks), "stdin");
  if (text === "") throw new CliError("no prompt: stdin was empty");
  return text;
}

function decode(bytes: Buffer, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    // Replaced characters would run another prompt than was meant.
    throw new CliError(`${source} is not UTF-8 text`);
  }
}
