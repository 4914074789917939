import { expect, it } from "@jest/globals";
import { createOutput } from "../../src/commands/up/output.ts";

async function output(isTTY: boolean, json = false) {
  const written: string[] = [];
  const stdout = { isTTY, write: (text: string) => written.push(text) };
  const colors = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
  return {
    ...(await createOutput({ stdout, json, nameWidth: 8 })),
    text: () => written.join("").replace(colors, ""),
  };
}
const line = JSON.stringify({
  level: "info",
  time: "2026-01-31T08:15:00.000Z",
  process: "worker",
  msg: "hi",
});

it("passes JSON lines on to a pipe, with the name of the process that wrote them", async () => {
  const { childLine, text } = await output(false);
  childLine("worker-1", line, "stdout");
  expect(JSON.parse(text())).toMatchObject({ process: "worker-1", msg: "hi", level: "info" });
});

it("passes JSON lines on to a terminal too where that is asked for", async () => {
  const { childLine, text } = await output(true, true);
  childLine("worker-1", line, "stdout");
  expect(JSON.parse(text())).toMatchObject({ process: "worker-1", msg: "hi" });
});

it("makes JSON lines of other text", async () => {
  const { childLine, say, text } = await output(false);
  childLine("api", "Segmentation fault", "stderr");
  say("one\n\ntwo");
  const lines = text()
    .trim()
    .split("\n")
    .map((written) => JSON.parse(written));
  expect(lines).toMatchObject([
    { process: "api", level: "error", msg: "Segmentation fault" },
    { process: "up", level: "info", msg: "one" },
    { process: "up", level: "info", msg: "two" },
  ]);
});

it("shows readable lines on a terminal, and not before the first screen is complete", async () => {
  const { childLine, showLogs, text } = await output(true);
  childLine("api", line, "stdout");
  expect(text()).toBe("");
  showLogs();
  childLine("worker-1", "plain text", "stdout");
  expect(text()).toMatch(/^api {6}\| .*INFO: hi\nworker-1 \| plain text\n$/);
});

it("remembers a child's last lines", async () => {
  const { childLine, lastLines } = await output(true);
  for (let i = 0; i < 20; i += 1) childLine("api", `line ${i}`, "stderr");
  expect(lastLines("api").at(-1)).toBe("line 19");
  expect(lastLines("api")).toHaveLength(12);
  expect(lastLines("worker-1")).toEqual([]);
});

it("shows control sequences that a child logs, instead of carrying them out", async () => {
  const { childLine, showLogs, lastLines, text } = await output(true);
  showLogs();
  const attack = "\u001b]0;owned\u0007\u001b[2J\u009b2J";
  childLine("api", JSON.stringify({ ...JSON.parse(line), msg: attack }), "stdout");
  childLine("api", attack, "stderr");
  expect(text().replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  expect(text()).toContain("␛]0;owned␇␛[2J");
  expect(lastLines("api").join("")).not.toMatch(/\p{Cc}/u);
});
