import type { Report } from "./report.ts";
import type { Result } from "./result.ts";
import { describeMachineLines, toCells } from "./words.ts";

/** Where a dot stands: 1 is the target, more is better than it. */
interface Dot {
  label: string;
  against: string;
  note: string;
  /** How far beyond the target, as a factor; the range over the rounds beside it. */
  median: number;
  lowest: number;
  highest: number;
  isReached: boolean;
}

const WIDTH = 960;
const LABELS = 400;
const NOTES = 170;
const LINE = 34;
const TOP = 64;
const BOTTOM = 40;
/** The scale goes from a quarter of the target to four times as good; what is beyond stands at the edge. */
const REACH = 4;

/**
 * A dot for each line that has a target, on one scale: how many times better than the target it is. A picture without
 * a background, readable on light and on dark pages.
 */
export function toSvg({ machine, results }: Report): string {
  const dots = results.filter(({ target }) => target !== null).map(toDot);
  const height = TOP + dots.length * LINE + BOTTOM;
  const bottom = height - BOTTOM + 4;
  const ticks = [1 / 4, 1 / 2, 1, 2, 4].map((factor) => {
    const x = toX(factor);
    const label = factor === 1 ? "target" : factor < 1 ? `${1 / factor} × worse` : `${factor} × better`;
    return `<line class="${factor === 1 ? "target" : "grid"}" x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${bottom}"/>
<text class="small" x="${x}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="host-runner against its targets">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.small { font-size: 11px; fill: #59636e }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.target { stroke: #59636e; stroke-width: 1.5 }
.reached { fill: #1a7f37; stroke: #1a7f37 }
.missed { fill: none; stroke: #cf222e; stroke-width: 2 }
.range { stroke-width: 2; opacity: .5 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.small { fill: #9198a1 }
.grid { stroke: #3d444d }
.target { stroke: #9198a1 }
.reached { fill: #3fb950; stroke: #3fb950 }
.missed { stroke: #f85149 }
}
</style>
<text class="title" x="0" y="18">What host-runner costs, against what it is to reach</text>
<text class="small" x="0" y="36">${escapeXml(describeMachineLines(machine).slice(0, 2).join("; "))}</text>
${ticks.join("\n")}
${dots.map(drawDot).join("\n")}
</svg>
`;
}

function toDot(result: Result): Dot {
  const { what, target, samples, isReached, ratio, ours, yardstick } = result;
  const { of, relation, limit } = target!;
  const values = samples.map((sample) => (of === "ratio" ? sample.ours / sample.yardstick! : sample.ours));
  const better = (value: number) => (relation === "at least" ? value / limit : limit / value);
  const cells = toCells(result);
  return {
    label: what,
    against: yardstick === null ? "" : `/ ${yardstick}`,
    note: of === "ratio" ? `${cells.ratio}, ${cells.target}` : `${cells.ours}, ${cells.target}`,
    median: better(of === "ratio" ? ratio!.median : ours),
    lowest: Math.min(...values.map(better)),
    highest: Math.max(...values.map(better)),
    isReached: isReached === true,
  };
}

function drawDot({ label, against, note, median, lowest, highest, isReached }: Dot, index: number): string {
  const y = TOP + index * LINE + LINE / 2;
  const kind = isReached ? "reached" : "missed";
  return `<g><title>${escapeXml(`${label} ${against}: ${note}`)}</title>
<text x="0" y="${against ? y - 2 : y + 4}">${escapeXml(label)}</text>
<text class="small" x="0" y="${y + 12}">${escapeXml(against)}</text>
<line class="range ${kind}" x1="${toX(lowest)}" x2="${toX(highest)}" y1="${y}" y2="${y}"/>
<circle class="${kind}" cx="${toX(median)}" cy="${y}" r="5"/>
<text class="small" x="${WIDTH}" y="${y + 4}" text-anchor="end">${escapeXml(note)}</text></g>`;
}

function toX(factor: number): number {
  const within = Math.min(REACH, Math.max(1 / REACH, factor));
  const share = (Math.log(within) / Math.log(REACH) + 1) / 2;
  return Math.round(LABELS + 20 + share * (WIDTH - LABELS - NOTES - 40));
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
