import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";

interface WaitForOptions {
  /** What is waited for, as the failure says it: "the task has ended". */
  description: string;
  timeoutMs?: number;
}

type Falsy = false | null | undefined | 0 | "";

/**
 * Resolves to the condition's value as soon as that is truthy. A condition that throws is asked again too.
 * Fails with what was seen last.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { description, timeoutMs = 10_000 }: WaitForOptions,
): Promise<Exclude<T, Falsy>> {
  const deadline = performance.now() + timeoutMs;
  for (let intervalMs = 2; ; intervalMs = Math.min(intervalMs * 1.5, 50)) {
    const seen = await ask(condition);
    if ("value" in seen && seen.value) return seen.value as Exclude<T, Falsy>;
    if (performance.now() > deadline) {
      const last =
        "value" in seen ? `last value: ${inspect(seen.value)}` : `last error: ${inspect(seen.error)}`;
      throw new Error(`waited ${timeoutMs} ms in vain for: ${description}; ${last}`);
    }
    await delay(intervalMs);
  }
}

async function ask<T>(condition: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}
