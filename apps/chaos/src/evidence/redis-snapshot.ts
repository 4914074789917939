import type { Redis } from "ioredis";

/** What is in Redis: plain data, so that the check of it needs no Redis. */
export interface RedisSnapshot {
  /** Every key, with its type. */
  keys: Map<string, string>;
  /** The members of the lists, sets and sorted sets. */
  members: Map<string, string[]>;
  /** The fields of the records that the check wants to know, by key. */
  records: Map<string, RecordFields>;
  /** The values of plain keys. */
  values: Map<string, string>;
}

export interface RecordFields {
  finishedOn: string | null;
  failedReason: string | null;
  /** The keys of its idempotency records, separated by blanks. */
  idempotency: string | null;
}

/** Reads everything. For a queue in which nothing happens any more: it is not one moment. */
export async function readSnapshot(redis: Redis): Promise<RedisSnapshot> {
  const names: string[] = [];
  for (let cursor = "0"; ; ) {
    const [next, found] = await redis.scan(cursor, "COUNT", 1000);
    names.push(...found);
    cursor = next;
    if (cursor === "0") break;
  }
  const snapshot: RedisSnapshot = {
    keys: new Map(),
    members: new Map(),
    records: new Map(),
    values: new Map(),
  };
  for (const name of new Set(names)) {
    const type = await redis.type(name);
    // It expired between the two.
    if (type === "none") continue;
    snapshot.keys.set(name, type);
    await readContent(redis, name, type, snapshot);
  }
  return snapshot;
}

async function readContent(redis: Redis, name: string, type: string, into: RedisSnapshot): Promise<void> {
  if (type === "list") into.members.set(name, await redis.lrange(name, 0, -1));
  if (type === "set") into.members.set(name, await redis.smembers(name));
  if (type === "zset") into.members.set(name, await redis.zrange(name, "0", "-1"));
  if (type === "string") into.values.set(name, (await redis.get(name)) ?? "");
  if (type !== "hash") return;
  const fields = await redis.hmget(name, "finishedOn", "failedReason", "idempotency");
  const [finishedOn = null, failedReason = null, idempotency = null] = fields;
  into.records.set(name, { finishedOn, failedReason, idempotency });
}
