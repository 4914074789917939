/** Hands out the lowest free number, so that what belongs to a slot is made once for each command at a time. */
export interface Slots {
  take(): number;
  give(slot: number): void;
}

export function createSlots(): Slots {
  const free: number[] = [];
  let made = 0;
  return {
    take() {
      if (free.length === 0) return made++;
      free.sort((a, b) => b - a);
      return free.pop()!;
    },
    give: (slot) => void free.push(slot),
  };
}
