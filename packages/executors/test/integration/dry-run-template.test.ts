import { existsSync } from "node:fs";
import { join } from "node:path";
import { dryRunTemplate } from "@host-runner/executors";
import { withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const values = { prompt: "$(id); x", task_id: "T", run_id: "R", prompt_file: "/p" };
const dryRun = (template: string, shell: string) => dryRunTemplate(template, shell, values, process.env);

describe("a dry run of a template", () => {
  it("tells the command with its values in their places, and starts nothing of it", () =>
    withTempDir(async (dir) => {
      const file = join(dir, "made");
      const run = await dryRun(`touch ${file} {prompt}`, "bash -c");
      expect(run).toMatchObject({ problem: null, doubt: null });
      expect(run.command.slice(0, 2)).toEqual(["bash", "-c"]);
      expect(run.command.at(-1)).toBe("$(id); x");
      expect(existsSync(file)).toBe(false);
      const split = await dryRun("touch -- {prompt} {task_id}", "none");
      expect(split).toEqual({
        command: ["touch", "--", "$(id); x", "T"],
        problem: null,
        doubt: null,
        warnings: [],
      });
    }));

  it("tells where a prompt may be an option, and believes what it is told of programs", async () => {
    const [warning] = (await dryRun("ls {prompt}", "none")).warnings;
    expect(warning).toEqual({
      detail: expect.stringContaining("gives {prompt} to ls where"),
      mend: expect.stringMatching(/: ls -- \{prompt\}$/),
    });
    const trusting = await dryRunTemplate("ls --exec {prompt}", "none", values, process.env, ["ls"]);
    expect(trusting.warnings).toEqual([]);
  });

  it.each([
    ["if true {prompt}", "bash -c", /^bash cannot read it: .*syntax error/s],
    ["no-such-program {prompt}", "none", /^no-such-program is not on PATH$/],
    ["/nowhere/program {prompt}", "none", /^\/nowhere\/program is not on PATH$/],
  ])("finds what would keep %s from starting with %s", async (template, shell, problem) => {
    expect((await dryRun(template, shell)).problem).toMatch(problem);
  });

  it.each([
    ["no-such-program {prompt}", "no-such-program is not on PATH"],
    ["cd /tmp && no-such-program {prompt}", null],
    ["FOO=1 ls {prompt}", null],
    ["ls {prompt} | sort", null],
  ])("doubts only what %s plainly begins with", async (template, doubt) => {
    expect(await dryRun(template, "bash -c")).toMatchObject({ problem: null, doubt });
  });

  it("throws what a worker would say of a template that is not safe", async () => {
    await expect(dryRun("eval {prompt}", "bash -c")).rejects.toThrow("evaluates it");
  });
});
