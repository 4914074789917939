import { setTimeout } from "node:timers/promises";

/** Resolves with the first result of `ask` that is neither false, null nor undefined; rejects after `timeoutMs`. */
export async function waitFor<T>(what: string, ask: () => T, timeoutMs = 10_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await setTimeout(5);
  }
}
