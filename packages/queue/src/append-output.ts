import type { OutputBatch } from "./output-writer.ts";
import { loadScript, type ScriptRunner } from "./run-script.ts";
import { command, sendTransaction } from "./send-transaction.ts";

/** Redis' refusal of an entry that is there already: the answer to the same call was lost on its way. */
const IS_THERE = /equal or smaller than the target stream top item/;

const appendOutputScript = loadScript("append-output");

/** Stores what an attempt wrote, and drops what is too much, all or nothing. Twice does no harm. */
export async function appendOutput(
  { redis, keys }: ScriptRunner,
  {
    jobId,
    attempt,
    entries,
    drop,
  }: { jobId: string; attempt: number } & Pick<OutputBatch, "entries" | "drop">,
): Promise<"appended" | "closed"> {
  const output = keys.output(jobId);
  const dropped = new Set(drop);
  const added = entries.filter(({ id }) => !dropped.delete(id));
  const args = JSON.stringify({ jobId, attempt, drop: [...dropped] });
  // By its text: one that Redis does not know would fail, and the rest of the transaction would not.
  const script = command("eval", [appendOutputScript.text, "2", ...keys.prefixes, args]);
  const additions = added.map(({ id, stream, offset, bytes }) => {
    const name = stream === "stdout" ? "o" : "e";
    return command("xadd", [output, "NOMKSTREAM", id, "s", name, "f", String(offset), "d"], bytes);
  });
  const [verdict, ...answers] = await sendTransaction(redis, [script, ...additions]);
  if (verdict instanceof Error) throw verdict;
  if (verdict === "closed") return "closed";
  for (const answer of answers) if (answer instanceof Error && !IS_THERE.test(answer.message)) throw answer;
  return "appended";
}
