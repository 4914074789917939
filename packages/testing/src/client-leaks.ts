import type { Redis } from "ioredis";
import { waitFor } from "./wait-for.ts";

/** A connection that was closed is in the server's list for a moment yet. */
const CLOSING_MS = 2_000;

/** Throws with the names and last commands of connections that somebody forgot to close. `own` stays. */
export async function failOnLeakedClients(own: Redis): Promise<void> {
  const ownId = await own.client("ID");
  let leaked: string[] = [];
  await waitFor(
    async () => {
      const list = (await own.client("LIST")) as string;
      leaked = list.split("\n").filter((line) => line && !line.startsWith(`id=${ownId} `));
      return leaked.length === 0;
    },
    { description: "no connection is left", timeoutMs: CLOSING_MS },
  ).catch(() => {
    const described = leaked.map((line) => line.match(/\b(name|age|cmd)=\S*/g)?.join(" "));
    throw new Error(`the test left ${leaked.length} Redis connection(s) open: ${described.join("; ")}`);
  });
}
