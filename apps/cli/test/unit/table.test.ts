import { describe, expect, it } from "@jest/globals";
import { createMeasure } from "../../src/terminal/measure.ts";
import { fitColumns, layOutTable } from "../../src/terminal/table.ts";

const columns = [
  { title: "TASK", usual: 10, cut: "middle" as const },
  { title: "RUN", min: 4, optional: true },
  { title: "STATUS" },
  { title: "NOTE", min: 6, optional: true },
];

describe("the widths of columns", () => {
  it.each<[string, number, number[], number[]]>([
    ["are those of their texts where there is room", 60, [10, 5, 7, 20], [10, 5, 7, 20]],
    ["first lose what is more than usual in one", 50, [30, 5, 7, 12], [20, 5, 7, 12]],
    ["then shrink from the last one on", 36, [10, 5, 7, 20], [10, 5, 7, 8]],
    ["then vanish, the last one first", 29, [10, 5, 7, 20], [10, 4, 7, 0]],
    ["and at last the first is cut", 14, [10, 5, 7, 20], [5, 0, 7, 0]],
  ])("%s", (_, available, natural, expected) => {
    const widths = fitColumns(columns, natural, available);
    expect(widths).toEqual(expected);
    const shown = widths.filter((width) => width > 0);
    expect(shown.reduce((sum, width) => sum + width, 0) + 2 * (shown.length - 1)).toBeLessThanOrEqual(
      available,
    );
  });
});

describe("a table", () => {
  it("never has a line that is wider than the terminal, whatever the texts are", async () => {
    const rows = ["plain", "日本語のタスク", "👩‍👩‍👧‍👦 family", "é".normalize("NFD").repeat(20)].map((text) =>
      [text, "run", "running", text.repeat(3)].map((text) => ({ text })),
    );
    const { width } = await createMeasure(["日"]);
    for (let available = 10; available < 90; available += 7) {
      const lines = await layOutTable({ columns, rows, width: available, paintTitle: (title) => title });
      for (const line of lines) expect(width(line)).toBeLessThanOrEqual(Math.max(available, 10));
    }
  });

  it("paints after it has measured, and ends no line with a space", async () => {
    const paint = (text: string) => `<${text}>`;
    const lines = await layOutTable({
      columns: [{ title: "A" }, { title: "B", align: "right" }, { title: "C" }],
      rows: [
        [{ text: "x", paint }, { text: "1" }, { text: "" }],
        [{ text: "longer" }, { text: "22", paint }, { text: "c" }],
      ],
      width: 80,
      paintTitle: (title) => title,
    });
    expect(lines).toEqual(["A        B  C", "<x>        1", "longer  <22>  c"]);
  });
});

describe("a text that is too long", () => {
  it.each([
    ["0123456789", 10, "end", "0123456789"],
    ["0123456789", 6, "end", "01234…"],
    ["0123456789", 6, "middle", "012…89"],
    ["日本語日本語", 6, "end", "日本…"],
    ["日本語日本語", 6, "middle", "日…語"],
    ["abc", 0, "end", ""],
  ] as const)("%s in %d columns, cut at the %s, is %s", async (text, columns, where, expected) => {
    expect((await createMeasure([text])).truncate(text, columns, where)).toBe(expected);
  });
});
