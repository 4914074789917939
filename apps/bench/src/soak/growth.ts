import { median } from "../measure/statistics.ts";

/** What is measured of a soak, by name: "api heap", "redis keys". */
export interface Sample {
  atMs: number;
  values: Record<string, number>;
}

/** How one of them grew after the warm-up. */
export interface Growth {
  name: string;
  /** At the end of the warm-up and at the end. */
  first: number;
  last: number;
  perHour: number;
  limitPerHour: number;
  isWithin: boolean;
}

const HOUR_MS = 3_600_000;

/** How much each value grew in an hour, by the samples from `warmUpMs` on. Pure. */
export function judgeGrowth(
  samples: readonly Sample[],
  warmUpMs: number,
  limitOf: (name: string) => number,
): Growth[] {
  const counted = samples.filter(({ atMs }) => atMs >= warmUpMs);
  if (counted.length < 2) throw new Error("too few samples: the soak was too short");
  return Object.keys(counted[0]!.values).map((name) => {
    const points = counted.map(({ atMs, values }) => ({ x: atMs, y: values[name]! }));
    const perHour = fitSlope(points) * HOUR_MS;
    const limitPerHour = limitOf(name);
    return {
      ...{ name, first: points[0]!.y, last: points.at(-1)!.y },
      ...{ perHour, limitPerHour, isWithin: perHour <= limitPerHour },
    };
  });
}

/**
 * The slope of a line through points, by Theil and Sen: the median of the slopes between all pairs. A few outliers, such as
 * a sample in the middle of a burst, do not move it. Pure.
 */
export function fitSlope(points: readonly { x: number; y: number }[]): number {
  const slopes: number[] = [];
  for (const [i, a] of points.entries())
    for (const b of points.slice(i + 1)) slopes.push((b.y - a.y) / (b.x - a.x));
  return median(slopes);
}
