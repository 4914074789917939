import { expect, it } from "@jest/globals";
import { findPlace } from "../../src/completion/complete.ts";
import { createProgram } from "../../src/program.ts";

const program = createProgram(async () => {});

it.each<[string[], string, string | undefined, boolean]>([
  [[], "host-runner", undefined, false],
  [["ls"], "ls", undefined, false],
  [["list", "--status"], "ls", "--status", false],
  [["ls", "-s"], "ls", "--status", false],
  [["ls", "--status", "failed"], "ls", undefined, false],
  [["--profile"], "host-runner", "--profile", false],
  [["--profile", "x", "logs", "-f"], "logs", undefined, false],
  [["run", "--json"], "run", undefined, false],
  [["run", "--", "--json"], "run", undefined, true],
  [["nonsense"], "host-runner", undefined, false],
])("after %j stands a word of %s, the value of %s", (words, command, option, isOver) => {
  const place = findPlace(program, words);
  expect([place.command.name(), place.option?.long, place.isOver]).toEqual([command, option, isOver]);
});

it("every verb says what it does, and every option too", () => {
  for (const verb of program.commands) {
    if (verb.name() === "complete") continue;
    expect(verb.description()).not.toBe("");
    for (const option of verb.options) expect(option.description).not.toBe("");
  }
});
