import { spawn } from "node:child_process";

/** Runs a program of the system for ourselves, without input and output. Rejects where it cannot be started or fails. */
export function runProgram(file: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "ignore" });
    child.once("error", reject);
    child.once("exit", (exitCode, signal) => {
      if (exitCode === 0) resolve();
      else reject(new Error(`${file} ended with ${signal ?? `exit code ${exitCode}`}`));
    });
  });
}
