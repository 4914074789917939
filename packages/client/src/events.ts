import type { SentRunEvent, SentTaskEvent, TaskSummary } from "@host-runner/contracts";
import type { EventSourceMessage } from "eventsource-parser";

type EventName = SentTaskEvent["event"];
type EventData<Name extends EventName> = Extract<SentTaskEvent, { event: Name }>["data"];

/** What happens to an execution. `id` is the place after it: given as `lastEventId`, all after it comes. */
export type TaskEvent =
  | { type: "status"; id: string; task: TaskSummary }
  | ({ type: "output"; id: string } & EventData<"output">)
  | ({ type: "gap"; id: string } & EventData<"gap">)
  | ({ type: "end"; id: string } & EventData<"end">);

/** What happens to the tasks of a run: one of them has changed, or all have ended. */
export type RunEvent =
  | { type: "status"; task: TaskSummary }
  | ({ type: "end" } & Extract<SentRunEvent, { event: "end" }>["data"]);

/** Null for a message that says nothing new, or nothing that this version knows: a newer API may send more. */
export type ParseEvent<Event> = (message: EventSourceMessage) => Event | null;

const names: readonly string[] = ["status", "output", "gap", "end"] satisfies EventName[];

export const parseTaskEvent: ParseEvent<TaskEvent> = ({ event = "", id = "", data }) => {
  if (!names.includes(event)) return null;
  const content = JSON.parse(data);
  return event === "status" ? { type: event, id, task: content } : { type: event, id, ...content };
};

/** For all connections of one follower: each of them is told of all tasks again, as they stand. */
export function createRunEventParser(): ParseEvent<RunEvent> {
  const told = new Map<string, string>();
  return ({ event, data }) => {
    if (event === "end") return { type: event, ...JSON.parse(data) };
    if (event !== "status") return null;
    const task: TaskSummary = JSON.parse(data);
    const { task_id, execution, attempt, status, updated_at, message } = task;
    const state = [execution, attempt, status, updated_at, message].join();
    if (told.get(task_id) === state) return null;
    told.set(task_id, state);
    return { type: event, task };
  };
}
