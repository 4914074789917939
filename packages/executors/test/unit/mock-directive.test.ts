import { describe, expect, it } from "@jest/globals";
import { parseDirective } from "../../src/mock/parse-directive.ts";

describe("the first word of a prompt for the mock", () => {
  it.each([
    ["hello", { kind: "echo" }],
    ["", { kind: "echo" }],
    ["say mock:fail", { kind: "echo" }],
    ["mock:failure", { kind: "echo" }],
    ["mock:fail", { kind: "fail", exitCode: 1 }],
    ["mock:fail 42", { kind: "fail", exitCode: 42 }],
    ["mock:fail\n7\n", { kind: "fail", exitCode: 7 }],
    ["mock:fail 0", { kind: "fail", exitCode: 1 }],
    ["mock:fail 300", { kind: "fail", exitCode: 1 }],
    ["mock:fail because", { kind: "fail", exitCode: 1 }],
    ["mock:hang", { kind: "hang" }],
    ["mock:print 1000", { kind: "print", bytes: 1000 }],
    ["mock:print", { kind: "echo" }],
    ["mock:print many", { kind: "echo" }],
    ["mock:sleep 1.5", { kind: "sleep", durationMs: 1500 }],
    ["mock:stderr two words\n", { kind: "stderr", text: "two words\n" }],
    ["mock:crash", { kind: "crash" }],
  ])("in %j means what is documented", (prompt, directive) => {
    expect(parseDirective(prompt)).toEqual(directive);
  });
});
