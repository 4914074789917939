import type { TaskCallback } from "@host-runner/client";
import { formatAge } from "../tasks/format-time.ts";
import { cleanLine } from "../terminal/clean-text.ts";
import type { Paint } from "../terminal/paint.ts";

const styles = { pending: "cyan", delivered: "green", failed: "red" } as const;

export function paintState(paint: Paint, state: TaskCallback["state"], text: string = state): string {
  return paint(styles[state], text);
}

/** How often a callback was sent, when last, and what came of that: one clean line for people. Pure. */
export function tellTries({ tries, tried_at, http_status, detail }: TaskCallback, now: number): string {
  const last = tried_at === null ? null : `${formatAge(now - Date.parse(tried_at))} ago`;
  const answer = detail ?? (http_status === null ? null : `answered ${http_status}`);
  const words = [tries === 1 ? "1 try" : `${tries} tries`, last, answer];
  return words
    .filter((word) => word !== null)
    .map(cleanLine)
    .join(", ");
}
