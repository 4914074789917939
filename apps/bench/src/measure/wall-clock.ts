/**
 * The time of day in ms with the precision of performance.now(), to be compared with what another process or a
 * command tells. Looked up anew for each round: a clock that is being set right drifts away from the other one.
 */
export function startWallClock(): () => number {
  const start = Date.now();
  let tick = start;
  // The moment at which Date.now() goes on is known exactly.
  while (tick === start) tick = Date.now();
  const offset = tick - performance.now();
  return () => performance.now() + offset;
}
