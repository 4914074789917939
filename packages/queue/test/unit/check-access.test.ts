import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const lua = fileURLToPath(new URL("../../lua/", import.meta.url));
const bullmq = join(dirname(createRequire(import.meta.url).resolve("bullmq")), "commands/includes");

/** The includes of BullMQ that ours include, and those that they include in turn. */
function bullmqIncludes(texts: string[]): string[] {
  const found = new Map<string, string>();
  const add = (text: string) => {
    for (const [, name = ""] of text.matchAll(/^--- @include "(?:bullmq\/)?(\w+)"$/gm)) {
      const path = join(bullmq, `${name}.lua`);
      if (found.has(name)) continue;
      try {
        found.set(name, readFileSync(path, "utf8"));
      } catch {
        continue;
      }
      add(found.get(name)!);
    }
  };
  texts.forEach(add);
  return [...found.values()];
}

it("the check of rights tries every command that a script calls", () => {
  const files = readdirSync(lua, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".lua"),
  );
  const read = (file: string) => readFileSync(join(lua, file), "utf8");
  const scripts = files.filter((file) => file !== "check-access.lua").map(read);
  const called = [...scripts, ...bullmqIncludes(scripts)].flatMap((text) =>
    [...text.matchAll(/(?:redis\.p?call|rcall)\(\s*"(\w+)"/g)].map(([, command]) => command!.toUpperCase()),
  );
  const tried = new Set([...read("check-access.lua").matchAll(/"([A-Z]+)"/g)].map(([, command]) => command!));
  expect(called.length).toBeGreaterThan(50);
  expect([...new Set(called)].filter((command) => !tried.has(command))).toEqual([]);
});
