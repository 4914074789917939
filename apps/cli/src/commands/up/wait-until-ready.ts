import { setTimeout as delay } from "node:timers/promises";

const ASK_EVERY_MS = 50;
const ANSWER_WITHIN_MS = 2_000;

/** Resolves to whether the program became ready before it ended. */
export async function waitUntilReady(url: string, ended: Promise<unknown>): Promise<boolean> {
  const hasEnded = ended.then(() => "ended" as const);
  for (;;) {
    const answer = await Promise.race([isReady(url), hasEnded]);
    if (answer === "ended") return false;
    if (answer) return true;
    await Promise.race([delay(ASK_EVERY_MS), hasEnded]);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    // It does not listen yet.
    return false;
  }
}
