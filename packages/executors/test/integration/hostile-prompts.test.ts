// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { hostileValues } from "../hostile-values.ts";
import { withFolder } from "../with-folder.ts";

/** Templates that print the prompt and nothing else, each with it in another position. */
const positions: [position: string, shell: string, template: string][] = [
  ["bare", "bash -c", "printf %s {prompt}"],
  ["double quotes", "bash -c", 'printf %s "{prompt}"'],
  ["single quotes", "bash -c", "printf %s '{prompt}'"],
  ["the middle of double quotes", "bash -c", 'printf %s "<{prompt}>" | sed "1s/^<//;\\$s/>$//"'],
  ["the middle of single quotes", "bash -c", "x='<{prompt}>'; x=${x#<}; printf %s \"${x%>}\""],
  ["an assignment", "bash -c", 'x={prompt}; printf %s "$x"'],
  ["an assignment before a command", "bash -c", "x={prompt} perl -e 'print $ENV{x}'"],
  ["an exported variable", "bash -c", "export X={prompt}; perl -e 'print $ENV{X}'"],
  ["a command substitution", "bash -c", 'x=$(printf "%s." {prompt}); printf %s "${x%.}"'],
  ["a quoted command substitution", "bash -c", 'x="$(printf "%s." "{prompt}")"; printf %s "${x%.}"'],
  ["a subshell", "bash -c", "(printf %s {prompt})"],
  ["a function", "bash -c", 'f() { printf %s "{prompt}"; }; f other'],
  ["a loop", "bash -c", 'for x in {prompt}; do printf %s "$x"; done'],
  ["a case", "bash -c", 'case {prompt} in (nothing|"{task_id}") ;; *) printf %s {prompt} ;; esac'],
  ["a test", "bash -c", "if [[ {prompt} == {prompt} ]] && [ -n {prompt} ]; then printf %s {prompt}; fi"],
  ["a here-string", "bash -c", 'IFS= read -r -d "" x <<< {prompt}; printf %s "${x%?}"'],
  ["an array", "bash -c", 'x=(a {prompt}); printf %s "${x[1]}"'],
  ["a process substitution", "bash -c", "cat <(printf %s {prompt})"],
  ["behind a here-document", "bash -c", "cat <<'EOF' >/dev/null\nit's\nEOF\nprintf %s {prompt}"],
  ["a pipeline behind a comment", "bash -c", "# don't\nprintf %s {prompt} | cat"],
  ["a login shell", "bash -lc", "printf %s {prompt}"],
  ["sh", "sh -c", "printf %s '{prompt}'"],
  ["an argument of its own", "none", "printf %s {prompt}"],
  ["a quoted argument", "none", "printf '%s' '{prompt}'"],
  ["the script of a shell that is called", "none", "bash -c 'printf %s \"{prompt}\"'"],
  ["an argument for such a script", "none", "bash -c 'printf %s \"$1\"' name {prompt}"],
  ["the script of a shell that is called by a shell", "bash -c", "sh -c 'printf %s \"{prompt}\"'"],
];

describe("a hostile prompt", () => {
  it.each(positions)("in %s arrives as it is and runs nothing", async (_position, shell, template) => {
    await withFolder((folder) => {
      const compiled = compileTemplate(template, shell);
      const marker = join(folder, "marker");
      for (const prompt of hostileValues(folder)) {
        const [file, ...args] = compiled.fill({
          prompt,
          task_id: "t",
          run_id: "r",
          prompt_file: "/dev/null",
        });
        const environment = { PATH: process.env.PATH, HOME: folder };
        const { stdout, stderr } = spawnSync(file, args, { cwd: folder, env: environment, encoding: "utf8" });
        expect({ prompt, stdout, stderr, ran: existsSync(marker) }).toEqual({
          prompt,
          stdout: prompt,
          stderr: "",
          ran: false,
        });
      }
    });
  });
});
