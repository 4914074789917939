import { rmSync, writeFileSync } from "node:fs";
import type { ChaosOptions } from "./parse-options.ts";
import { createOutput } from "./report/output.ts";
import { readLogs } from "./report/read-logs.ts";
import { tellVerdict } from "./report/tell-verdict.ts";
import { reachVerdict } from "./report/verdict.ts";
import { runTrial } from "./run-trial.ts";
import { makeTrialFolder } from "./trial-folder.ts";

interface ChaosHost {
  stdout: { isTTY?: boolean; write(text: string): unknown };
  path: string;
  stop: AbortSignal;
  onSweep: (sweep: () => void) => void;
}

/** Runs one trial and tells its verdict. Resolves to whether everything held. */
export async function chaos(options: ChaosOptions, { stdout, ...host }: ChaosHost): Promise<boolean> {
  const output = createOutput({ stdout });
  const folder = makeTrialFolder(options.folder);
  const result = await runTrial(options, { ...host, folder, output });
  const verdict = result && reachVerdict(options, { ...result, faults: result.story.faults });
  const isWorthKeeping = options.keep || verdict?.kept === false;
  if (result && verdict) {
    writeFileSync(folder.verdict, `${JSON.stringify(verdict, null, 2)}\n`);
    const background = { story: result.story.moments, logs: readLogs(folder.path, result.evidence.lives) };
    const kept = isWorthKeeping ? folder.path : null;
    tellVerdict(output, verdict, { evidence: result.evidence, background, folder: kept });
  } else {
    output.tell("stopped", {}, "Stopped before the end: there is no verdict.");
  }
  if (!isWorthKeeping) rmSync(folder.path, { recursive: true, force: true });
  return verdict?.kept === true;
}
