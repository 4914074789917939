import type { CallbackEntry, Client } from "@host-runner/client";

const LARGEST_PAGE = 200;

interface Wanted {
  state: CallbackEntry["state"] & ("failed" | "pending");
  run?: string | undefined;
  limit: number;
}

/** The first callbacks in a state, at most `limit`. */
export async function listCallbacks(client: Client, { state, run, limit }: Wanted): Promise<CallbackEntry[]> {
  const found: CallbackEntry[] = [];
  for (let cursor: string | undefined; found.length < limit; ) {
    const page = await client.callbacks({ state, limit: LARGEST_PAGE, cursor });
    found.push(...page.callbacks.filter(({ run_id }) => run === undefined || run_id === run));
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  return found.slice(0, limit);
}
