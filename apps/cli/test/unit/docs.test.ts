import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { createProgram } from "../../src/program.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Every call of the command in a code block, without what the shell does around it. */
function findCalls(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/```(?:sh|console)\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const call = /(?:^|[\s(/])host-runner((?: (?:[\w-][^\s#|)&>"']*|'[^']*'|"[^"]*"+))+)/gm;
  return blocks.flatMap((block) => [...block.matchAll(call)].map(([, words = ""]) => words.trim()));
}

const calls = ["README.md", "docs/command-line.md"].flatMap((path) => findCalls(read(path)));

it("finds the calls in the documents", () => expect(calls.length).toBeGreaterThan(25));

it.each(calls)("host-runner %s is a call that the command line takes", async (call) => {
  const words = (call.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^["']|["']$/g, ""));
  let called = false;
  const program = createProgram(async () => {
    called = true;
  });
  program.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
  // xargs gives the ids.
  const missing = words.join(" ") === "rerun" ? ["an-id"] : [];
  await program.parseAsync([...words, ...missing], { from: "user" }).catch((error) => {
    if (error.code !== "commander.helpDisplayed") throw error;
    called = true;
  });
  expect(called).toBe(true);
});

it("the tables of the document name verbs that exist", () => {
  const verbs = createProgram(async () => {}).commands.map((command) => command.name());
  const named = [...read("docs/command-line.md").matchAll(/^\| `(\w+)`(?:, `(\w+)`)? \|/gm)].flatMap(
    ([, ...names]) => names,
  );
  for (const name of named.filter(Boolean)) expect(verbs).toContain(name);
});
