/**
 * Measures the sides by turns, A B A B ..., so that whatever else the machine does hits all of them alike. The first
 * round warms up what the compiler and the caches want warm, and does not count.
 */
export async function interleave<Sides extends Record<string, () => Promise<unknown>>>(
  rounds: number,
  sides: Sides,
  onRound: (text: string) => void = () => {},
): Promise<{ [Side in keyof Sides]: Awaited<ReturnType<Sides[Side]>> }[]> {
  const measured = [];
  for (let round = 0; round <= rounds; round++) {
    onRound(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    const results: Record<string, unknown> = {};
    for (const [side, measure] of Object.entries(sides)) results[side] = await measure();
    if (round > 0) measured.push(results);
  }
  return measured as Awaited<ReturnType<typeof interleave<Sides>>>;
}
