/** What measures each side of a row, once. */
type Sides = Record<string, () => Promise<unknown>>;
type Measured<S extends Sides> = { [Side in keyof S]: Awaited<ReturnType<S[Side]>> };

interface InterleaveOptions {
  /** A round before the others that does not count; needless where each round starts new programs. */
  warmUp?: boolean;
  tell?: (progress: string) => void;
}

/** Measures the sides by turns, A B A B ..., so that whatever else the machine does hits all of them alike. */
export async function interleave<S extends Sides>(
  rounds: number,
  sides: S,
  { warmUp = true, tell = () => {} }: InterleaveOptions = {},
): Promise<Measured<S>[]> {
  const measureAll = async () => {
    const results: Record<string, unknown> = {};
    for (const [side, measure] of Object.entries(sides)) results[side] = await measure();
    return results as Measured<S>;
  };
  if (warmUp) {
    tell("warming up");
    await measureAll();
  }
  const measured: Measured<S>[] = [];
  for (let round = 1; round <= rounds; round++) {
    tell(`round ${round} of ${rounds}`);
    measured.push(await measureAll());
  }
  return measured;
}
