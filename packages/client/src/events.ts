import type { SentTaskEvent, TaskSummary } from "@host-runner/contracts";
import type { EventSourceMessage } from "eventsource-parser";

type EventName = SentTaskEvent["event"];
type EventData<Name extends EventName> = Extract<SentTaskEvent, { event: Name }>["data"];

/** What happens to an execution. `id` is the place after it: given as `lastEventId`, all after it comes. */
export type TaskEvent =
  | { type: "status"; id: string; task: TaskSummary }
  | ({ type: "output"; id: string } & EventData<"output">)
  | ({ type: "gap"; id: string } & EventData<"gap">)
  | ({ type: "end"; id: string } & EventData<"end">);

const names: readonly string[] = ["status", "output", "gap", "end"] satisfies EventName[];

/** Null for an event that this version does not know: a newer API may send more. */
export function parseEvent({ event = "", id = "", data }: EventSourceMessage): TaskEvent | null {
  if (!names.includes(event)) return null;
  const content = JSON.parse(data);
  return event === "status" ? { type: event, id, task: content } : { type: event, id, ...content };
}
