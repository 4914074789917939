/**
 * Whether Redis holds what it should after everything has ended. The keys are those of packages/queue/src/keys.ts
 * and BullMQ's own; they are spelled out here once more so that a mistake there does not hide itself.
 */
import type { RecordFields, RedisSnapshot } from "../evidence/redis-snapshot.ts";
import type { Violation } from "./violation.ts";

const ENDED_PLACES = ["completed", "failed"];
/** Where a record can be, in one of them at a time. */
const PLACES = ["wait", "active", "delayed", "prioritized", "paused", "waiting-children", ...ENDED_PLACES];

/** Keys of a queue as a whole. */
const BULLMQ_KEYS = [
  ...PLACES,
  "stalled",
  "events",
  "meta",
  "marker",
  "id",
  "pc",
  "limiter",
  "stalled-check",
];
/** What owes callbacks, and what could not be told. */
const CALLBACKS_DUE = "callbacks-due";
const CALLBACKS_FAILED = "callbacks-failed";
const CALLBACK_LINE = "callbacks:";

const OWN_KEYS = [
  CALLBACKS_DUE,
  CALLBACKS_FAILED,
  "due",
  "places",
  "reclaim-check",
  "write-check",
  "workers",
  "workers-seen",
];
/** By which records are looked for; what is in them has a record. */
const LIST = "list:";

const isOwn = (name: string) => OWN_KEYS.includes(name) || name.startsWith(LIST);
/** Also those that have a task or an execution for an owner. */
const isInOwn = (name: string) => isOwn(name) || name.startsWith(CALLBACK_LINE);

const RECORD = /^task-[A-Za-z0-9_.~-]+@\d+$/;

export function checkRedis(snapshot: RedisSnapshot, queue: string): Violation[] {
  const content = sortContent(snapshot, queue);
  const { known, members, active, lists } = content;
  const breaches = [
    ...[...PLACES, "stalled", "due", CALLBACKS_FAILED, ...lists].flatMap((place) =>
      members(place)
        .filter((id) => !known.has(id))
        .map((id) => `${place} has the ghost ${id}`),
    ),
    ...members("stalled")
      .filter((id) => !active.has(id))
      .map((id) => `${id} is suspected to be lost, and not active`),
    ...members(CALLBACKS_DUE)
      .filter((task) => !content.lines.has(task))
      .map((task) => `${CALLBACKS_DUE} has ${task}, which owes no callback`),
    ...judgePlaces(content),
    ...[...snapshot.keys.keys()].flatMap((key) => judgeKey(key, content)),
  ];
  return breaches.map((detail) => ({ rule: "redis-inconsistent", detail }));
}

type Content = ReturnType<typeof sortContent>;

/** The snapshot by what its keys mean. */
function sortContent(snapshot: RedisSnapshot, queue: string) {
  const bullmq = `{hr}:${queue}:`;
  const own = `{hr}.${queue}:`;
  const members = (place: string) => snapshot.members.get((isInOwn(place) ? own : bullmq) + place) ?? [];
  const known = new Map<string, RecordFields>();
  for (const [key, fields] of snapshot.records) {
    const id = key.slice(bullmq.length);
    if (key.startsWith(bullmq) && RECORD.test(id)) known.set(id, fields);
  }
  const named = [...known.values()].flatMap(({ idempotency }) => idempotency?.split(" ") ?? []);
  return {
    ...{ bullmq, own, members, known, values: snapshot.values },
    active: new Set(members("active")),
    lists: [...snapshot.keys.keys()].flatMap((key) =>
      key.startsWith(own + LIST) ? key.slice(own.length) : [],
    ),
    lines: new Set(
      [...snapshot.keys.keys()].flatMap((key) =>
        key.startsWith(own + CALLBACK_LINE) ? key.slice((own + CALLBACK_LINE).length) : [],
      ),
    ),
    idempotencyKeys: new Set(named),
  };
}

function judgePlaces({ known, members }: Content): string[] {
  const placesOf = new Map<string, string[]>([...known.keys()].map((id) => [id, []]));
  for (const place of PLACES) for (const id of members(place)) placesOf.get(id)?.push(place);
  return [...placesOf].flatMap(([id, places]) => {
    const [place] = places;
    if (place === undefined || places.length > 1)
      return [`${id} is in ${places.join(" and ") || "no place"}`];
    const { finishedOn, failedReason } = known.get(id)!;
    const expected = finishedOn === null ? null : failedReason === null ? "completed" : "failed";
    const fits = expected === null ? !ENDED_PLACES.includes(place) : place === expected;
    return fits ? [] : [`${id} is in ${place}, its record says ${expected ?? "that it has not ended"}`];
  });
}

function judgeKey(key: string, content: Content): string[] {
  const { bullmq, own, known, active } = content;
  if (key.startsWith(own)) return judgeOwnKey(key, key.slice(own.length), content);
  const name = key.startsWith(bullmq) ? key.slice(bullmq.length) : "";
  if (BULLMQ_KEYS.includes(name) || known.has(name)) return [];
  const [, id = "", part] = /^(.*):(lock|logs)$/.exec(name) ?? [];
  if (part === "lock") return active.has(id) ? [] : [`${key} locks what is not active`];
  if (part === "logs" && known.has(id)) return [];
  return [`the key ${key} is nobody's`];
}

function judgeOwnKey(
  key: string,
  name: string,
  { known, members, values, idempotencyKeys }: Content,
): string[] {
  if (isOwn(name) || idempotencyKeys.has(key)) return [];
  if (name.startsWith("output:") && known.has(name.slice("output:".length))) return [];
  if (name.startsWith(CALLBACK_LINE)) {
    const task = name.slice(CALLBACK_LINE.length);
    const ghosts = members(name).filter((entry) => !known.has(entry.split(" ")[0]!));
    return [
      ...ghosts.map((entry) => `${key} has the ghost ${entry}`),
      ...(members(CALLBACKS_DUE).includes(task) ? [] : [`${key} is not among those that are due`]),
    ];
  }
  if (name.startsWith("newest:")) {
    const id = `task-${name.slice("newest:".length)}@${values.get(key)}`;
    return known.has(id) ? [] : [`${key} points to ${id}, which does not exist`];
  }
  return [`the key ${key} is nobody's`];
}
