import { describe, expect, it } from "@jest/globals";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { findProgram } from "../../src/shell/template/find-program.ts";
import { PROGRAMS } from "../../src/shell/template/programs.ts";
import { indexPrograms, readProgram } from "../../src/shell/template/read-programs.ts";

const lines = PROGRAMS.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
const examples = [...new Set(lines.flatMap((line) => line.split("; example ").slice(1)))];

const readAll = (table: string) => [...indexPrograms(table).values()].map(readProgram);

describe("the table of programs", () => {
  it("is read without a mistake, and knows programs of all kinds", () => {
    expect(readAll(PROGRAMS).length).toBeGreaterThan(500);
  });

  it.each(examples)("has examples that are accepted: %s", (example) => {
    for (const shell of ["bash -c", "none"]) expect(compileTemplate(example, shell).warnings).toEqual([]);
  });

  it.each([
    ["perl: code -e\nperl: code -E", "perl stands twice"],
    ["git/grep: code -O", "git has a subcommand and no line"],
    ["perl: kode -e", "kode is no clause"],
    ["perl: operands kode", "kode is no role"],
    ["perl: stdin kode", "stdin kode"],
    ["perl code -e", "has no colon"],
  ])("is refused where a line is wrong: %j", (table, message) => {
    expect(() => readAll(table)).toThrow(message);
  });

  it.each([
    ["python3.11", "python"],
    ["perl5.36.0", "perl"],
    ["ruby3.1", "ruby"],
    ["php8.2", "php"],
    ["clang-17", "clang"],
    ["g++-12", "g++"],
    ["ksh93", "ksh"],
    ["powershell.exe", "powershell"],
    ["ld-linux-x86-64.so.2", "ld.so"],
    ["sqlite3", "sqlite3"],
    ["base64", "base64"],
  ])("knows %s as %s", (name, known) => {
    expect(findProgram(name)).not.toBeNull();
    expect(findProgram(name)).toBe(findProgram(known));
  });

  it("knows nothing of other names", () => {
    for (const name of ["my-program", "", "..", "pythonic", "shell", "2"])
      expect(findProgram(name)).toBeNull();
  });
});
