import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { bindValues } from "../../src/shell/template/compile-script.ts";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { parseScript } from "../../src/shell/template/parse-script.ts";
import type { PlaceholderValues } from "../../src/shell/template/placeholder.ts";
import { hostileValues } from "../hostile-values.ts";
import { DANGEROUS } from "../templates/dangerous.ts";
import { HONEST, type HonestTemplate } from "../templates/honest.ts";
import { needsShell } from "../templates/needs-shell.ts";
import { addEvaluator, addRecorder, readSeen } from "../templates/stand-in.ts";
import { withFolder } from "../with-folder.ts";

/** Runs a command in the folder, with the stand-ins in it before all other programs. */
function run([file = "", ...args]: readonly string[], folder: string): string {
  const PATH = `${folder}:${process.env.PATH}`;
  const env = { PATH, HOME: folder, TOOL: "my-program", SHELL: "/bin/sh" };
  const { stderr, error } = spawnSync(file, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: 10_000,
    input: "",
  });
  return String(error ?? stderr);
}

function valuesFor(prompt: string, folder: string): PlaceholderValues {
  const prompt_file = join(folder, "prompt");
  writeFileSync(prompt_file, prompt);
  return { prompt, task_id: "task-1", run_id: "run-1", prompt_file };
}

/** What would be started if nothing were refused. */
function fillUnchecked(template: string, values: PlaceholderValues): string[] {
  const { text, parameters } = bindValues(template, parseScript(template).insertions);
  return ["bash", "-c", text, "host-runner", ...parameters.map((name) => values[name])];
}

const provable = DANGEROUS.flatMap(({ title, prompt, templates }) =>
  prompt === null ? [] : templates.map((entry) => ({ title, prompt, entry, template: entry[0] })),
);

describe("a template that is refused", () => {
  it("is proved to be dangerous in most cases", () => {
    expect(provable.length).toBeGreaterThanOrEqual(150);
  });

  it.each(provable)("would run a prompt as code, as $title: $template", async ({ prompt, entry }) => {
    await withFolder((folder) => {
      const [template, program, does] = entry;
      const marker = join(folder, "marker");
      writeFileSync(join(folder, "payload"), `#!/bin/sh\n: > '${marker}'\n`, { mode: 0o755 });
      if (program && does) addEvaluator(folder, program, does);
      const touch = `touch ${marker}`;
      const filled = prompt.replace("MARKER", touch).replace("PROGRAM", join(folder, "payload"));
      const placed = template.replaceAll("/usr/bin/python", `${folder}/python`);
      const stderr = run(fillUnchecked(placed, valuesFor(filled, folder)), folder);
      expect({ stderr, ran: existsSync(marker) }).toEqual({ stderr, ran: true });
    });
  });
});

/** Few enough to try each with each template: all hostile values at once, and those that count as a whole. */
function promptsFor(
  { template, takesDashes }: HonestTemplate,
  { folder, shell }: { folder: string; shell: string },
): string[] {
  const touch = `touch ${join(folder, "marker")}`;
  const dashes = takesDashes ?? !/(^|\s)["']?\{prompt\}/.test(template.replace(/-- ["']?\{prompt\}/g, ""));
  const all = `$(${touch}) ${hostileValues(folder).join("\n")}`;
  const options = dashes ? ["--help", `-e ${touch}`, "--", "-"] : [];
  // Without a shell, nothing takes a prompt apart but the program's own options.
  if (shell === "none") return [all, ...options];
  return [
    all,
    `'; ${touch}; '`,
    `"; ${touch}; "`,
    `\n${touch}\n\n`,
    `\`${touch}\``,
    "* ? [a-z] ~ {a,b}",
    "é漢🎉 \u2028 \u00a0 \u0007\u001b[31m \\",
    ...options,
  ];
}

const fillWords = (text: string, values: PlaceholderValues) =>
  text.replace(
    /\{(prompt|task_id|run_id|prompt_file)\}/g,
    (_, name: keyof PlaceholderValues) => values[name],
  );

describe("a template that is accepted", () => {
  it.each(HONEST)("hands a hostile prompt on byte by byte: $template", async (honest) => {
    await withFolder((folder) => {
      const [program = ""] = honest.arrives;
      const name = program.includes("TOOL") ? "my-program" : program;
      const bin = join(folder, "opt/bin");
      mkdirSync(bin, { recursive: true });
      for (const place of [folder, bin, join(folder, "opt/agents/bin")]) addRecorder(place, name);
      const place = (text: string) => text.replace(/^\/opt\//, `${folder}/opt/`);
      const template = place(honest.template);
      for (const shell of needsShell(template) ? ["bash -c"] : ["bash -c", "none"]) {
        const compiled = compileTemplate(template, shell, {
          trustedPrograms: (honest.trusted ?? []).map(place),
        });
        for (const prompt of promptsFor(honest, { folder, shell })) {
          const values = valuesFor(prompt, folder);
          const stderr = run(compiled.fill(values), folder);
          const seen = seenIn([folder, bin, join(folder, "opt/agents/bin")]);
          const [, ...args] = honest.arrives.map((word) => fillWords(word, values));
          expect({ shell, stderr, argv: seen?.argv.slice(1) }).toEqual({ shell, stderr, argv: args });
          if (honest.stdin) expect(seen?.stdin).toBe(fillWords(honest.stdin, values));
          if (honest.variable) expect(seen?.variable).toBe(fillWords(honest.variable, values));
          expect(existsSync(join(folder, "marker"))).toBe(false);
        }
      }
    });
  });
});

function seenIn(folders: readonly string[]) {
  const folder = folders.find((each) => existsSync(join(each, "seen-argv")));
  if (!folder) return null;
  const seen = readSeen(folder);
  rmSync(join(folder, "seen-argv"));
  return seen;
}
