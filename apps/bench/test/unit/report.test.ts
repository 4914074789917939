import { describe, expect, it } from "@jest/globals";
import { toMarkdown } from "../../src/report/markdown.ts";
import { toSvg } from "../../src/report/plot.ts";
import type { Report } from "../../src/report/report.ts";
import { toResult } from "../../src/report/result.ts";
import { toText } from "../../src/report/text.ts";
import { formatNumber } from "../../src/report/words.ts";
import { putBetweenMarkers } from "../../src/report/write-docs.ts";
import { type Line, ratioAtLeast, ratioAtMost, valueAtMost } from "../../src/row.ts";
import { allRows } from "../../src/rows/all-rows.ts";

const line = (line: Partial<Line>): Line => ({
  ...{ what: "drained", yardstick: "a bare <worker>", unit: "/s", target: ratioAtLeast(0.8) },
  ...line,
});
const pairs = [
  { ours: 800, yardstick: 1000 },
  { ours: 4500, yardstick: 5000 },
  { ours: 30, yardstick: 100 },
];
const single = [
  { ours: 40, yardstick: null },
  { ours: 70, yardstick: null },
  { ours: 45, yardstick: null },
];

const report: Report = {
  machine: {
    ...{ date: "2026-01-31T12:00:00.000Z", cpu: "A processor", cores: 2, memoryGb: 24, system: "Linux 6" },
    ...{ load: [0.1, 0.2, 0.3], versions: { node: "20.20.2" }, redis: "appendonly yes", quick: false },
  },
  results: [
    toResult("drain", line({}), pairs),
    toResult("memory", line({ what: "held", target: ratioAtMost(0.5) }), pairs),
    toResult(
      "cancel",
      line({ what: "canceled", yardstick: null, unit: "ms", target: valueAtMost(50) }),
      single,
    ),
    toResult("calls", line({ what: "called", unit: "calls", target: null }), pairs),
  ],
  tables: [{ title: "What it asks", head: ["call", "times"], rows: [["PUBLISH", 2]] }],
  failures: [{ row: "output", problem: "Error: it broke" }],
};

describe("a result", () => {
  it("is the median of the rounds' ratios, not the ratio of the medians", () => {
    const { ratio, ours, yardstickValue } = toResult("drain", line({}), pairs);
    expect(ratio).toEqual({ median: 0.8, lowest: 0.3, highest: 0.9 });
    expect([ours, yardstickValue]).toEqual([800, 1000]);
  });

  it("counts as reached at the limit itself, and not beyond it", () => {
    const reached = (target: Line["target"]) => toResult("drain", line({ target }), pairs).isReached;
    expect(reached(ratioAtLeast(0.8))).toBe(true);
    expect(reached(ratioAtLeast(0.81))).toBe(false);
    expect(reached(ratioAtMost(0.8))).toBe(true);
    expect(reached(ratioAtMost(0.79))).toBe(false);
    expect(reached(valueAtMost(800))).toBe(true);
    expect(reached(valueAtMost(799))).toBe(false);
    expect(reached(null)).toBeNull();
  });

  it("has no ratio where there is no yardstick, or it was nothing", () => {
    expect(toResult("cancel", line({ yardstick: null, target: valueAtMost(50) }), single).ratio).toBeNull();
    const idle = [{ ours: 0.1, yardstick: 0 }];
    expect(toResult("idle", line({ target: valueAtMost(0.5) }), idle)).toMatchObject({
      ratio: null,
      isReached: true,
    });
  });

  it("cannot be judged by a ratio that it does not have", () => {
    expect(() => toResult("cancel", line({ yardstick: null }), single)).toThrow("there is no yardstick");
  });
});

describe("the report", () => {
  it("puts the ratio first, then what was to be reached", () => {
    const lines = toText(report).split("\n");
    expect(lines.find((text) => text.includes("drained"))).toMatch(
      /^0\.80 +0\.30 to 0\.90 +≥ 0\.8 +yes +800\/s +1,000\/s +drained$/,
    );
    expect(lines.find((text) => text.includes("held"))).toMatch(/^0\.80 .*≤ 0\.5 +no +800/);
    expect(lines.find((text) => text.includes("canceled"))).toMatch(/^ +≤ 50 ms +yes +45\.0 ms +canceled$/);
    expect(lines.find((text) => text.includes("called"))).not.toMatch(/yes|no/);
    // What it is compared with is told once for all lines that follow each other.
    expect(lines.filter((text) => text.trim() === "/ a bare <worker>")).toHaveLength(2);
  });

  it("tells the machine, the tables beside, and what could not be measured", () => {
    const text = toText(report);
    expect(text).toContain("2 cores of A processor, 24 GB, Linux 6, load 0.1 0.2 0.3 at the start");
    expect(text).toContain("node 20.20.2");
    expect(text).toMatch(/What it asks\ncall +times\nPUBLISH +2/);
    expect(text).toContain("output could not be measured: Error: it broke");
  });

  it("writes tables for a document, with as many cells in each line", () => {
    const rows = toMarkdown(report)
      .split("\n")
      .filter((text) => text.startsWith("|"));
    const columns = (text: string) => text.split("|").length;
    expect(rows.slice(0, 6).map(columns)).toEqual(Array(6).fill(columns(rows[0]!)));
    expect(rows.find((text) => text.includes("held"))).toContain("**no**");
    expect(toMarkdown(report)).toContain("### What it asks\n\n| call | times |\n|---|--:|\n| PUBLISH | 2 |");
  });

  it("draws a dot for each line that has a target, hollow where it is not reached", () => {
    const svg = toSvg(report);
    const circles = svg.match(/<circle class="\w+"/g);
    expect(circles).toEqual(['<circle class="reached"', '<circle class="missed"', '<circle class="reached"']);
    expect(svg).toContain("a bare &lt;worker&gt;");
    expect(svg).toContain("prefers-color-scheme: dark");
  });

  it("draws what is better further to the right, whatever better is", () => {
    const x = (target: Line["target"], ours: number) => {
      const results = [toResult("drain", line({ target }), [{ ours, yardstick: 100 }])];
      return Number(/<circle .*?cx="(\d+)"/.exec(toSvg({ ...report, results }))?.[1]);
    };
    expect(x(ratioAtLeast(1), 200)).toBeGreaterThan(x(ratioAtLeast(1), 100));
    expect(x(ratioAtMost(1), 50)).toBe(x(ratioAtLeast(1), 200));
    expect(x(valueAtMost(50), 100)).toBe(x(ratioAtMost(1), 200));
    // Beyond the scale it stands at its edge.
    expect(x(ratioAtLeast(1), 100_000)).toBe(x(ratioAtLeast(1), 400));
  });

  it("has no more digits than count", () => {
    expect([0, 0.0712, 0.8, 2.314, 15, 15.62, 123.4, 8017, 13_468].map(formatNumber)).toEqual([
      ...["0.00", "0.07", "0.80", "2.31", "15.0", "15.6", "123", "8,020", "13,500"],
    ]);
  });

  it("comes into a document between its marks, and leaves the rest alone", () => {
    const document =
      "# Before\n<!-- measured: `npm run bench -- --docs` writes what is between these two lines -->\nold\n" +
      "<!-- end of what was measured -->\nAfter\n";
    const once = putBetweenMarkers(document, "new");
    expect(once).toMatch(/^# Before\n<!-- measured.*-->\n\nnew\n\n<!-- end.*-->\nAfter\n$/);
    expect(putBetweenMarkers(once, "new")).toBe(once);
    expect(() => putBetweenMarkers("# No place", "new")).toThrow("no place");
  });
});

describe("the rows", () => {
  it("have names of their own", () => {
    const names = allRows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("compare with something where a ratio is to be reached", () => {
    const compared = allRows.flatMap(({ lines }) =>
      Object.values<Line>(lines).filter(({ target }) => target?.of === "ratio"),
    );
    expect(compared.length).toBeGreaterThan(15);
    expect(compared.filter(({ yardstick }) => yardstick === null)).toEqual([]);
  });
});
