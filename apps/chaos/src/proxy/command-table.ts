/** What Redis says of one command. */
export interface CommandFacts {
  /** Its flags, as `COMMAND` tells them: "write", "denyoom", "stale" ... */
  flags: ReadonlySet<string>;
  hasKeys: boolean;
}

export type CommandTable = ReadonlyMap<string, CommandFacts>;

/** Names, flags and keys from the answer to `COMMAND`, of subcommands too. Plain data: it goes to another thread. */
export function parseCommandTable(answer: readonly unknown[]): CommandTable {
  const table = new Map<string, CommandFacts>();
  const add = (entry: unknown): void => {
    const [name, , flags, firstKey, , , , , , subcommands] = entry as unknown[];
    const known = new Set((flags as unknown[]).map(String));
    table.set(String(name).toLowerCase(), {
      flags: known,
      hasKeys: Number(firstKey) > 0 || known.has("movablekeys"),
    });
    for (const subcommand of (subcommands ?? []) as unknown[]) add(subcommand);
  };
  answer.forEach(add);
  return table;
}
