/** Repeatable randomness: the same seed gives the same draws on every machine. */
export interface Random {
  /** From 0, which it may be, to 1, which it never is. */
  fraction(): number;
  between(min: number, max: number): number;
  /** Small values as likely as large ones, by order of magnitude. */
  spread(min: number, max: number): number;
  /** Both ends may be drawn. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
  /** A source of its own: what is drawn from one does not shift what the other gives. */
  fork(name: string): Random;
}

export function createRandom(seed: string): Random {
  let state = hash(seed);

  // mulberry32: 32 bits of state are plenty for a plan, and it is short enough to be read.
  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const between = (min: number, max: number) => min + fraction() * (max - min);
  const integer = (min: number, max: number) => Math.floor(between(min, max + 1));
  return {
    fraction,
    between,
    integer,
    spread: (min, max) => Math.exp(between(Math.log(min), Math.log(max))),
    chance: (probability) => fraction() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error("nothing to pick from");
      return items[integer(0, items.length - 1)] as T;
    },
    shuffled<T>(items: readonly T[]): T[] {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last -= 1) {
        const other = integer(0, last);
        [order[last], order[other]] = [order[other] as T, order[last] as T];
      }
      return order;
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  };
}

/** Deals from a shuffled deck, and shuffles again when it is used up: in a short time everything comes once. */
export function dealer<T>(random: Random, deck: readonly T[]): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = random.shuffled(deck);
    return left.pop() as T;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
