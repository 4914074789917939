import { type Rule, rules, type Violation } from "../check/violation.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Output } from "./output.ts";
import { type Background, formatMoment, timelineOf } from "./timeline.ts";
import type { Verdict } from "./verdict.ts";

interface VerdictDetails {
  evidence: Evidence;
  background: Background;
  /** Where the evidence is kept; null where it has been removed. */
  folder: string | null;
}

/** More of the same kind tell nothing new; all of them are in the folder. */
const SHOWN_PER_RULE = 3;
const SHOWN_MOMENTS = 80;

/** Tells each violation with what is known of its task, then the verdict. */
export function tellVerdict(
  output: Output,
  verdict: Verdict,
  { evidence, background, folder }: VerdictDetails,
): void {
  const shown = new Map<Rule, number>();
  for (const violation of verdict.violations) {
    const count = (shown.get(violation.rule) ?? 0) + 1;
    shown.set(violation.rule, count);
    if (count > SHOWN_PER_RULE) continue;
    const { taskId } = violation;
    const timeline = taskId ? timelineOf(taskId, evidence, background) : around(violation, background);
    const moments = timeline.slice(-SHOWN_MOMENTS).map(formatMoment);
    const text = [describeViolation(violation), ...moments.map((line) => `    ${line}`)].join("\n");
    output.tell("violation", { ...violation, timeline: moments }, text);
  }
  const { violations: _, ...summary } = verdict;
  output.tell("verdict", { ...summary, folder }, describeVerdict(verdict, folder));
}

function around({ at }: Violation, { story }: Background) {
  const WINDOW_MS = 20_000;
  return at === undefined ? [] : story.filter((moment) => Math.abs(moment.at - at) < WINDOW_MS);
}

function describeViolation({ rule, taskId, execution, detail }: Violation): string {
  const subject =
    taskId === undefined ? "" : ` Task "${taskId}"${execution ? `, execution ${execution}` : ""}:`;
  return `VIOLATION ${rule} (${rules[rule]}).${subject} ${detail}`;
}

function describeVerdict({ kept, repeat, counts, broken }: Verdict, folder: string | null): string {
  const numbers = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const found = Object.entries(broken).map(([rule, count]) => `${rule} ${count} times`);
  return [
    kept ? "EVERYTHING HELD." : `BROKEN: ${found.join(", ")}.`,
    `  ${numbers.join(", ")}`,
    `  Again: ${repeat}`,
    ...(folder === null ? [] : [`  The evidence is in ${folder}`]),
  ].join("\n");
}
