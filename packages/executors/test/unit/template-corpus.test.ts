import { describe, expect, it } from "@jest/globals";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { TemplateError } from "../../src/shell/template/template-error.ts";
import { DANGEROUS } from "../templates/dangerous.ts";
import { HONEST } from "../templates/honest.ts";
import { needsShell } from "../templates/needs-shell.ts";

const dangerous = DANGEROUS.flatMap(({ templates }) => templates.map(([template]) => template));

/** All ways to read a template. */
const shellsFor = (template: string) => [...(needsShell(template) ? [] : ["none"]), "bash -c", "zsh -c"];

function refusal(template: string, shell: string): string {
  try {
    compileTemplate(template, shell);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  return "none";
}

describe("the corpus of templates", () => {
  it("has enough of both kinds, and none twice", () => {
    expect(new Set(dangerous).size).toBe(dangerous.length);
    expect(dangerous.length).toBeGreaterThanOrEqual(150);
    expect(new Set(HONEST.map(({ template }) => template)).size).toBe(HONEST.length);
    expect(HONEST.length).toBeGreaterThanOrEqual(80);
  });
});

describe("a template that would make a prompt code", () => {
  it.each(dangerous)("is refused with the place, the reason and a template that works: %j", (template) => {
    for (const shell of shellsFor(template)) {
      const message = refusal(template, shell);
      expect({ shell, message }).toEqual({
        shell,
        message: expect.stringMatching(
          /^HOST_RUNNER_CMD_TEMPLATE has \{\w+\} (in|where) .+\. This works: ./s,
        ),
      });
      const [, example = ""] = message.split("This works: ");
      expect({ example, refusal: refusal(example, shell) }).toEqual({ example, refusal: "none" });
      expect(example).toMatch(/\{(prompt|prompt_file|task_id)\}/);
    }
  });
});

describe("a template that hands a prompt on as data", () => {
  it.each(HONEST)("is accepted, and warned of where an option may stand: $template", (honest) => {
    const { template, warns = false, trusted = [] } = honest;
    for (const shell of shellsFor(template)) {
      const { warnings } = compileTemplate(template, shell, { trustedPrograms: trusted });
      expect({ shell, warnings }).toEqual({
        shell,
        warnings: warns
          ? [
              {
                detail: expect.stringMatching(/ is taken for an option$/),
                mend: expect.stringMatching(/^write -- /),
              },
            ]
          : [],
      });
      for (const { mend } of warnings) {
        const [, example = ""] = mend.split("For example: ");
        expect(compileTemplate(example, shell).warnings).toEqual([]);
      }
    }
  });

  it("is accepted behind wrappers of all kinds", () => {
    const wrappers = ["timeout 9", "sudo -n", "env -i A=1", "nice -n 5", "nohup", "stdbuf -oL", "setsid -w"];
    for (const wrapper of [...wrappers, wrappers.join(" ")]) {
      for (const template of ["codex exec -- {prompt}", "my-program --prompt={prompt}"]) {
        expect(refusal(`${wrapper} ${template}`, "none")).toBe("none");
        expect(refusal(`${wrapper} ${template}`, "bash -c")).toBe("none");
      }
    }
  });
});

describe("HOST_RUNNER_TRUSTED_PROGRAMS", () => {
  const compile = (template: string, trustedPrograms: string[]) => () =>
    compileTemplate(template, "bash -c", { trustedPrograms });

  it("names programs whose arguments are data, by name or by path, and behind wrappers", () => {
    for (const template of [
      "tool -c {prompt}",
      "timeout 9 /opt/tool -c {prompt}",
      "sudo tool --eval={prompt}",
    ]) {
      expect(compile(template, [])).toThrow(TemplateError);
      expect(compile(template, ["tool"])).not.toThrow();
    }
    expect(compile("/opt/tool -c {prompt}", ["/opt/tool"])).not.toThrow();
    expect(compile("/usr/bin/tool -c {prompt}", ["/opt/tool"])).toThrow(TemplateError);
    expect(compile("bash run.sh -c {prompt}", ["run.sh"])).not.toThrow();
    expect(compile("other -c {prompt}", ["tool"])).toThrow(TemplateError);
  });

  it("silences warnings of its programs", () => {
    expect(compile("tool {prompt}", [])().warnings).toHaveLength(1);
    expect(compile("tool {prompt}", ["tool"])().warnings).toEqual([]);
  });

  it("names no shell", () => {
    for (const shell of ["bash", "/bin/sh"]) {
      expect(compile("tool {prompt}", [shell])).toThrow(
        `HOST_RUNNER_TRUSTED_PROGRAMS names ${shell}, which runs its arguments as code`,
      );
    }
  });

  it("is named by the refusal of an option that takes code by custom", () => {
    expect(compile("tool --eval {prompt}", [])).toThrow(
      /in "\{prompt\}", the value of tool's option --eval: by custom .+ name tool in HOST_RUNNER_TRUSTED_PROGRAMS/,
    );
  });
});
