import { median } from "../measure/statistics.ts";
import type { Line, Sample, Target } from "../row.ts";

/** A line of the table with what it came to. */
export interface Result extends Line {
  row: string;
  samples: Sample[];
  /** Medians over the rounds; the ratio is the median of the rounds' own ratios, null where the yardstick is zero. */
  ours: number;
  yardstickValue: number | null;
  ratio: { median: number; lowest: number; highest: number } | null;
  /** Null where nothing is to be reached. */
  isReached: boolean | null;
}

/** What is worth knowing beside the ratios. */
export interface DetailTable {
  title: string;
  head: string[];
  /** Numbers are put to the right. */
  rows: (string | number)[][];
}

/** What the samples of a line come to. */
export function toResult(row: string, line: Line, samples: Sample[]): Result {
  const ours = median(samples.map((sample) => sample.ours));
  const pairs = samples.filter(
    (sample): sample is { ours: number; yardstick: number } => sample.yardstick !== null,
  );
  const ratios = pairs.map((pair) => pair.ours / pair.yardstick);
  const ratio =
    ratios.length === 0 || pairs.some((pair) => pair.yardstick === 0)
      ? null
      : { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
  const yardstickValue = pairs.length === 0 ? null : median(pairs.map((pair) => pair.yardstick));
  return {
    row,
    ...line,
    samples,
    ours,
    yardstickValue,
    ratio,
    isReached: isReached(line.target, ours, ratio?.median),
  };
}

function isReached(target: Target | null, ours: number, ratio: number | undefined): boolean | null {
  if (target === null) return null;
  const value = target.of === "ratio" ? ratio : ours;
  if (value === undefined) throw new Error("a ratio is to be reached, and there is no yardstick");
  return target.relation === "at least" ? value >= target.limit : value <= target.limit;
}
