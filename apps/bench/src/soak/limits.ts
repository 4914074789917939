const MB = 1_000_000;

/** How much a value may grow in an hour, by the end of its name. */
const limits = {
  "heap bytes": MB,
  "external bytes": MB,
  "resident bytes": MB,
  descriptors: 5,
  keys: 100,
  "memory bytes": MB,
} as const;

type Suffix = keyof typeof limits;

/** Throws for a value without a limit: none is measured for nothing. */
export function limitOf(name: string): number {
  const suffix = (Object.keys(limits) as Suffix[]).find((ending) => name.endsWith(` ${ending}`));
  if (suffix === undefined) throw new Error(`${name} has no limit`);
  return limits[suffix];
}
