/** Runs two workloads by turns in one process, so that a noisy host hits both alike. */

/** @typedef {{ perSecond: number, cpuMs: number }} Round */

/** @type {(values: number[]) => number} */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/**
 * @param {{ yardstick: () => Promise<Round>, subject: () => Promise<Round>, rounds: number }} options
 * @returns {Promise<{ yardstick: Round, subject: Round, ratio: number }>} medians, that of the ratio over the pairs
 */
export async function paired({ yardstick, subject, rounds }) {
  // The first pair warms up what the compiler and the caches want warm.
  await yardstick();
  await subject();
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push({ a: await yardstick(), b: await subject() });
  const summary = (pick) => ({
    perSecond: median(pairs.map((pair) => pick(pair).perSecond)),
    cpuMs: median(pairs.map((pair) => pick(pair).cpuMs)),
  });
  return {
    yardstick: summary(({ a }) => a),
    subject: summary(({ b }) => b),
    ratio: median(pairs.map(({ a, b }) => b.perSecond / a.perSecond)),
  };
}

/** Does `count` things, `concurrency` at a time. @returns {Promise<Round>} */
export async function measure(count, concurrency, once) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let started = 0;
  const lane = async () => {
    while (started++ < count) await once();
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMs: (user + system) / 1000 / count };
}
