import type { Answer } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Receipt } from "../receiver/receipt.ts";

/** One thing that happened, when (ms since the epoch), and who tells of it. */
export interface Moment {
  at: number;
  source: string;
  text: string;
}

/** What is known besides the evidence: what was done to the fleet, and what its processes logged. */
export interface Background {
  story: readonly Moment[];
  /** The lines that name the task. */
  logs: (taskId: string) => Moment[];
}

/** What was going on shortly before a task was submitted matters to it as well. */
const BEFORE_MS = 3_000;

/** Everything that is known of one task, in order of time. */
export function timelineOf(taskId: string, evidence: Evidence, { story, logs }: Background): Moment[] {
  // The final look at all of them is no part of the story.
  const isStory = ({ call }: Answer) => call.taskId === taskId && call.kind !== "executions";
  const own = [
    ...tellAnswers(evidence.answers.filter(isStory)),
    ...evidence.ledger
      .filter((line) => line.taskId === taskId)
      .map(({ at, what, execution, attempt, pid, exitCode }) => {
        const code = exitCode === null ? "" : ` with exit code ${exitCode}`;
        return { at, source: "ledger", text: `${what} of ${execution}.${attempt}, pid ${pid}${code}` };
      }),
    ...evidence.sightings
      .filter((sighting) => sighting.taskId === taskId)
      .map(({ at, kind, processes }) => {
        const pids = processes.map(({ pid, attempt }) => `${pid} (attempt ${attempt})`).join(", ");
        return { at, source: "processes", text: `${kind}: ${pids}` };
      }),
    ...evidence.receipts.filter(({ body }) => body.task_id === taskId).map(tellReceipt),
    ...logs(taskId),
  ].sort((a, b) => a.at - b.at);
  const from = (own[0]?.at ?? 0) - BEFORE_MS;
  const to = own.at(-1)?.at ?? 0;
  const around = story.filter(({ at }) => at >= from && at <= to);
  return [...own, ...around].sort((a, b) => a.at - b.at);
}

function tellReceipt({ at, body, answer }: Receipt): Moment {
  const { status, execution, attempt, seq, event_id } = body;
  const text = `${status} of ${execution}.${attempt}, seq ${seq}, ${event_id.slice(0, 8)}: ${answer}`;
  return { at, source: "receiver", text };
}

/** Of reads that say the same, the first is enough. */
function tellAnswers(answers: readonly Answer[]): Moment[] {
  let last = "";
  return answers.flatMap((answer) => {
    const text = describeAnswer(answer);
    const isRepeated = answer.call.kind === "read" && text === last;
    last = text;
    return isRepeated ? [] : [{ at: answer.receivedAt, source: `api-${answer.api + 1}`, text }];
  });
}

function describeAnswer({ call, status, problem, task, sentAt, receivedAt }: Answer): string {
  const asked = call.kind + (call.kind === "submit" && call.key !== null ? ` with key "${call.key}"` : "");
  const slow = receivedAt - sentAt > 1_000 ? ` after ${receivedAt - sentAt} ms` : "";
  if (!task) return `${asked}: ${status ?? "no answer"}${problem ? `, ${problem}` : ""}${slow}`;
  const { execution, attempt, maxAttempts, reason, cancelRequestedAt } = task;
  const wished = cancelRequestedAt === null ? "" : ", cancel requested";
  const why = reason === null ? "" : ` (${reason})`;
  const state = `${task.status}${why}, execution ${execution}, attempt ${attempt} of ${maxAttempts}${wished}`;
  return `${asked}: ${status}, ${state}${slow}`;
}

/** For people: the time of day to the millisecond, the source, the text. */
export function formatMoment({ at, source, text }: Moment): string {
  return `${new Date(at).toISOString().slice(11, 23)}  ${source.padEnd(9)}  ${text}`;
}
