import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { placeholderIn } from "../../src/shell/template/placeholder.ts";
import { needsShell } from "../templates/needs-shell.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = read("docs/templates.md");

const shellsFor = (template: string) => [...(needsShell(template) ? [] : ["none"]), "bash -c"];

/** The rows of the table that has this heading, each with the templates in its cells; \| is a pipe. */
function rowsUnder(heading: string): string[][] {
  const [, table = ""] = page.split(`| ${heading} |`);
  const lines = table.split("\n\n")[0]!.split("\n").slice(2);
  return lines.map((line) =>
    [...line.replaceAll("\\|", "\u0000").matchAll(/`([^`]+)`/g)].map(([, code = ""]) =>
      code.replaceAll("\u0000", "|"),
    ),
  );
}

const accepted = rowsUnder("accepted").map(([template = ""]) => template);
const refused = rowsUnder("refused").map((cells) => ({ template: cells[0]!, instead: cells.at(-1)! }));

describe("docs/templates.md", () => {
  it("has examples of both kinds", () => {
    expect(accepted.length).toBeGreaterThanOrEqual(20);
    expect(refused.length).toBeGreaterThanOrEqual(20);
  });

  it.each(accepted)("tells truly that %s is accepted", (template) => {
    expect(placeholderIn(template)).not.toBeNull();
    for (const shell of shellsFor(template)) expect(() => compileTemplate(template, shell)).not.toThrow();
  });

  it.each(refused)("tells truly that $template is refused, and $instead is not", ({ template, instead }) => {
    for (const shell of shellsFor(template)) {
      expect(() => compileTemplate(template, shell)).toThrow(/^HOST_RUNNER_CMD_TEMPLATE has \{/);
    }
    for (const shell of shellsFor(instead)) expect(compileTemplate(instead, shell).warnings).toEqual([]);
  });

  it("tells truly what is accepted with a warning, and what the check does not see", () => {
    const [, warned = ""] = /`([^`]+)` is accepted with a warning/.exec(page) ?? [];
    expect(compileTemplate(warned, "bash -c").warnings).toHaveLength(1);
    const [, unseen = ""] = page.split("## What the check does not see");
    const templates = [...unseen.matchAll(/`([^`]*\{prompt\}[^`]*)`/g)].map(([, template = ""]) => template);
    expect(templates.length).toBeGreaterThanOrEqual(3);
    for (const template of templates) expect(() => compileTemplate(template, "bash -c")).not.toThrow();
  });
});

/** Templates that a document or a message shows: what a variable is set to, and code that has a placeholder in it. */
function templatesIn(text: string): string[] {
  const set = [...text.matchAll(/HOST_RUNNER_CMD_TEMPLATE=(?:'([^'\n]+)'|"([^"\n]+)")/g)];
  const shown = [...text.matchAll(/`([^`\n]+)`/g)].filter(
    ([, code = ""]) =>
      /^[a-z][\w-]* .*\{(prompt|prompt_file|task_id|run_id)\}/.test(code) && !code.includes("="),
  );
  return [...set, ...shown].map(([, single, double]) => single ?? double ?? "");
}

const documents = ["README.md", ...readdirSync(new URL("docs", root)).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith(".md"),
);
const sources = ["apps/worker/src/start-worker.ts", "docker-compose.yml"];
const shown = [...documents, ...sources].flatMap((path) =>
  templatesIn(path === "docs/templates.md" ? read(path).replaceAll(/^\|.*$/gm, "") : read(path)).map(
    (template) => ({
      path,
      template,
    }),
  ),
);

describe("each template that the documents and messages show", () => {
  it("is found", () => {
    const paths = shown.map(({ path }) => path);
    for (const path of [
      "README.md",
      "docs/command-line.md",
      "docs/templates.md",
      "apps/worker/src/start-worker.ts",
    ]) {
      expect(paths).toContain(path);
    }
  });

  it.each(shown)("is accepted: $template, in $path", ({ template, path }) => {
    const trustedPrograms = template.startsWith("my-program --exec") ? ["my-program"] : [];
    const { warnings } = compileTemplate(template, "bash -c", { trustedPrograms });
    const isTheWarnedOne = path === "docs/templates.md" && template === "codex exec {prompt}";
    expect(warnings).toHaveLength(isTheWarnedOne ? 1 : 0);
  });
});

describe("the presets' programs", () => {
  it.each([
    "codex exec --json --skip-git-repo-check -c analytics.enabled=false -s workspace-write -- {prompt}",
    "codex exec -s workspace-write resume 0199 -- {prompt}",
    "claude -p --output-format stream-json --verbose --permission-mode acceptEdits -- {prompt}",
    "claude -p --resume 0199 -- {prompt}",
    "gemini -o stream-json --approval-mode yolo --prompt={prompt}",
    "opencode run --format json -s ses_1 -- {prompt}",
    "codex exec --json - < {prompt_file}",
    "opencode run --format json < {prompt_file}",
  ])("are accepted without a warning: %s", (template) => {
    for (const shell of shellsFor(template)) expect(compileTemplate(template, shell).warnings).toEqual([]);
  });

  it.each(["codex exec {prompt}", "claude -p {prompt}", "gemini -p {prompt}", "opencode run {prompt}"])(
    "are accepted with a warning where the prompt may be an option: %s",
    (template) => {
      for (const shell of shellsFor(template))
        expect(compileTemplate(template, shell).warnings).toHaveLength(1);
    },
  );
});
