import type { Machine } from "../machine.ts";
import type { Target, Unit } from "../row.ts";
import type { Result } from "./result.ts";

/** The cells of one line, ratio first. */
export interface Cells {
  ratio: string;
  spread: string;
  target: string;
  reached: string;
  ours: string;
  yardstick: string;
  what: string;
  against: string;
}

export function toCells(result: Result): Cells {
  const { ratio, target, isReached, ours, yardstickValue, yardstick, unit, what } = result;
  return {
    ratio: ratio ? formatNumber(ratio.median) : "",
    spread: ratio ? `${formatNumber(ratio.lowest)} to ${formatNumber(ratio.highest)}` : "",
    target: target ? formatTarget(target, unit) : "",
    reached: isReached === null ? "" : isReached ? "yes" : "no",
    ours: formatValue(ours, unit),
    yardstick: yardstickValue === null ? "" : formatValue(yardstickValue, unit),
    what,
    against: yardstick ?? "",
  };
}

export const headings: Cells = {
  ratio: "ratio",
  spread: "of the rounds",
  target: "target",
  reached: "reached",
  ours: "host-runner",
  yardstick: "yardstick",
  what: "what",
  against: "against what",
};

export function describeMachineLines({
  date,
  cpu,
  cores,
  memoryGb,
  system,
  load,
  versions,
  redis,
  quick,
}: Machine) {
  return [
    `${date.slice(0, 16).replace("T", " ")} UTC${quick ? ", a quick look: few and short rounds" : ""}`,
    `${cores} cores of ${cpu}, ${memoryGb} GB, ${system}, load ${load.join(" ")} at the start`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `Redis: ${redis}`,
  ];
}

export function formatTarget({ of, relation, limit }: Target, unit: Unit): string {
  return `${relation === "at least" ? "≥" : "≤"} ${of === "ratio" ? limit : withUnit(String(limit), unit)}`;
}

function formatValue(value: number, unit: Unit): string {
  return withUnit(formatNumber(value), unit);
}

function withUnit(number: string, unit: Unit): string {
  return unit === "/s" ? `${number}/s` : `${number} ${unit}`;
}

/** Three digits that count: what comes after them is noise. */
export function formatNumber(value: number): string {
  const rounded = value === 0 ? 0 : Number(value.toPrecision(3));
  const digits = Math.abs(rounded) >= 100 ? 0 : Math.abs(rounded) >= 10 ? 1 : 2;
  return rounded.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
