import { CommanderError } from "commander";
import { createContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { type Explanation, explainFailure } from "./explain-failure.ts";
import { createProgram } from "./program.ts";
import { cleanText, toJsonLine } from "./terminal/clean-text.ts";
import { drainStreams } from "./terminal/streams.ts";

/**
 * Carries out a command line; resolves to the exit code, with everything written. Never rejects. `programFolder` is where
 * this program itself is.
 */
export async function runProgram(host: NodeJS.Process, programFolder: string): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = createProgram(async (load, args, options) => {
    const context = createContext(host, programFolder, options);
    try {
      const verb = await load();
      exitCode = await verb(context, args, options as never);
      await context.out.endOutput();
      await context.err.endOutput();
    } catch (error) {
      if (context.readerGone.aborted) return;
      const failure = explainFailure(error);
      exitCode = failure.exitCode;
      context.complain(tellFailure(failure, options.json ?? false));
    } finally {
      context.progress.clear();
      if (context.readerGone.aborted) exitCode = exitCodes.readerGone;
    }
  });
  try {
    await program.parseAsync(host.argv);
  } catch (error) {
    // It has said what is wrong itself, with the nearest word that exists.
    if (!(error instanceof CommanderError)) throw error;
    exitCode = error.exitCode === 1 ? exitCodes.usage : error.exitCode;
  }
  await drainStreams(host);
  return exitCode;
}

function tellFailure({ code, message }: Explanation, json: boolean): string {
  return json ? toJsonLine({ error: { code, message } }) : `host-runner: ${cleanText(message)}`;
}
