// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { describe, expect, it } from "@jest/globals";
import { compileTemplate } from "../../src/shell/template/compile-template.ts";
import { TemplateError } from "../../src/shell/template/template-error.ts";

const values = { prompt: "P", task_id: "T", run_id: "R", prompt_file: "F" };
const fill = (template: string, shell = "bash -c") => compileTemplate(template, shell).fill(values);

describe("a template for a shell", () => {
  it.each([
    ["echo {prompt}", 'host_runner_prompt=$1; shift 1; echo "${host_runner_prompt}"', ["P"]],
    ['echo "a {prompt} b"', 'host_runner_prompt=$1; shift 1; echo "a ${host_runner_prompt} b"', ["P"]],
    ["echo 'a {prompt} b'", "host_runner_prompt=$1; shift 1; echo 'a '\"${host_runner_prompt}\"' b'", ["P"]],
    [
      "x --in={prompt_file}",
      'host_runner_prompt_file=$1; shift 1; x --in="${host_runner_prompt_file}"',
      ["F"],
    ],
    [
      "x {task_id} {prompt} {task_id}",
      'host_runner_prompt=$1 host_runner_task_id=$2; shift 2; x "${host_runner_task_id}" "${host_runner_prompt}" "${host_runner_task_id}"',
      ["P", "T"],
    ],
  ])("quotes the values of %s", (template, script, parameters) => {
    expect(fill(template)).toEqual(["bash", "-c", script, "host-runner", ...parameters]);
  });

  it.each([
    "echo ${HOME} {a,b} {1..3} {} {other} { prompt } {PROMPT}",
    "awk '{print $1}' file",
    "find . -name x -exec rm {} \\;",
    'echo "$(date)" `id` $((1 + 2)) $\'a\\n\' "${x:-"it\'s"}" ${x#\'{\'}',
    "cat <<EOF\nit's $x\nEOF\necho ok",
    "case $x in a|b) echo \")\" ;; (*) echo '(';; esac",
    "for ((i = 0; i < 3; i++)); do echo $i; done; ((i++))",
    "x=(a b); echo ${x[0]} \\{prompt}",
    "[[ a -eq 1 || ( b =~ ^(c|d)$ ) ]] && echo yes # don't {prompt}",
    "f() { echo a; }; function g { echo b; }; f; g",
    "a=$(case x in x) echo y;; esac); echo $a <(id) 2>&1 >/dev/null &",
  ])("leaves %j as it is", (template) => {
    expect(fill(template)).toEqual(["bash", "-c", template, "host-runner"]);
  });

  it("runs the shell that is named, with its options", () => {
    expect(fill("true", "bash -o pipefail -lc").slice(0, 5)).toEqual([
      "bash",
      "-o",
      "pipefail",
      "-lc",
      "true",
    ]);
    expect(fill("true", "/bin/dash -c").slice(0, 3)).toEqual(["/bin/dash", "-c", "true"]);
  });

  it.each(["bash -c", "bash -lc", "none"])("hands a prompt to a subcommand called exec, with %s", (shell) => {
    for (const template of ["codex exec {prompt}", "codex exec --json -- {prompt}"]) {
      expect(fill(template, shell).at(-1)).toBe("P");
    }
  });

  it("is the call itself where it is nothing but a call of another shell", () => {
    expect(fill("bash -lc 'x \"{prompt}\"'")).toEqual(fill('x "{prompt}"', "bash -lc"));
  });
});

describe("a template without a shell", () => {
  it.each([
    ["a b  c", ["a", "b", "c"]],
    ["a 'b c' \"d e\" f\\ g h'i'\"j\"", ["a", "b c", "d e", "f g", "hij"]],
    ["a '' \"\"", ["a", "", ""]],
    ["a \"\\$ \\\" \\\\ \\x '\" '\\'", ["a", "$ \" \\ \\x '", "\\"]],
    ["a \\\n b", ["a", "b"]],
    ["a {prompt}", ["a", "P"]],
    ["a 'x{prompt}y' \"{prompt}{prompt}\" --f={prompt_file}", ["a", "xPy", "PP", "--f=F"]],
    [
      "a ${HOME} {a,b} '{print $1}' \\{prompt} ${prompt}",
      ["a", "${HOME}", "{a,b}", "{print $1}", "{prompt}", "${prompt}"],
    ],
    ["env X={prompt} a -- {prompt}", ["env", "X=P", "a", "--", "P"]],
    ["awk '{print $1}' {prompt_file}", ["awk", "{print $1}", "F"]],
    ["python3 -c 'import sys' {prompt}", ["python3", "-c", "import sys", "P"]],
    ["bash run.sh {prompt}", ["bash", "run.sh", "P"]],
    ["sed -n 1p {prompt_file}", ["sed", "-n", "1p", "F"]],
  ])("splits %j as a shell does", (template, argv) => {
    expect(fill(template, "none")).toEqual(argv);
  });

  it("compiles the script of a shell that it calls, and leaves the script its own arguments", () => {
    expect(fill("bash -ec 'x \"$1\" {prompt}' name {task_id}", "none")).toEqual([
      "bash",
      "-ec",
      'host_runner_prompt=$1; shift 1; x "$1" "${host_runner_prompt}"',
      "name",
      "P",
      "T",
    ]);
  });

  it.each(["a | b", "a; b", "a && b", "a > b", "a < b", "a & b", "a `b`", "(a)", "a\nb"])(
    "refuses %j, which only a shell understands",
    (template) => {
      expect(() => compileTemplate(template, "none")).toThrow(
        /only a shell understands: set HOST_RUNNER_SHELL/,
      );
    },
  );
});

/** Places where a shell, or the program that gets it, reads a value as code. */
const codePositions: [where: string, template: string][] = [
  ["the command's name", "{prompt}"],
  ["the command's name, quoted", '"{prompt}" x'],
  ["a part of the command's name", "./run-{task_id}"],
  ["the name of a later command", "true && {prompt}"],
  ["the name of a command in a subshell", "(cd /; {prompt})"],
  ["the name of a command in a loop", "while true; do {prompt}; done"],
  ["the name of a command in a condition", "if {prompt}; then true; fi"],
  ["the name of a command in a substitution", 'echo "$({prompt})"'],
  ["the name of a command in a branch", "case x in x) {prompt};; esac"],
  ["the name of a command behind an assignment", "x=1 {prompt}"],
  ["the name of a command behind a bracket", "!({prompt})"],
  ["a here-document", "cat <<EOF\n{prompt}\nEOF"],
  ["a quoted here-document", "cat <<'EOF'\n{prompt}\nEOF"],
  ["an indented here-document", "cat <<-EOF\n\t{prompt}\n\tEOF"],
  ["the second of two here-documents", "cat <<A <<B\nA\n{prompt}\nB"],
  ["backticks", "echo `echo {prompt}`"],
  ["quoted backticks", 'echo "`echo {prompt}`"'],
  ["arithmetic", "echo $(({prompt} + 1))"],
  ["quoted arithmetic", 'echo "$(( {prompt} ))"'],
  ["old arithmetic", "echo $[{prompt}]"],
  ["an arithmetic command", "(( {prompt} ))"],
  ["an arithmetic loop", "for ((i = 0; i < {prompt}; i++)); do true; done"],
  ["$'...'", "echo $'{prompt}'"],
  ['$"..."', 'echo $"{prompt}"'],
  ["an expansion", "echo ${x:-{prompt}}"],
  ["a quoted expansion", 'echo "${x:-"{prompt}"}"'],
  ["a variable of that name", "echo ${prompt}"],
  ["an array's index", "x[{prompt}]=1"],
  ["an index in an array", "x=([{prompt}]=1)"],
  ["eval", "eval echo {prompt}"],
  ["eval with quotes", "eval 'echo \"{prompt}\"'"],
  ["eval behind a builtin", "command eval {prompt}"],
  ["trap", "trap 'echo {prompt}' EXIT"],
  ["source", "source {prompt}"],
  ["a dot", ". {prompt_file}"],
  ["let", "let x={prompt}"],
  ["declare", "declare {prompt}"],
  ["export of a name", "export {prompt}"],
  ["an integer", "declare -i x; x={prompt}"],
  ["read", "read {prompt}"],
  ["printf -v", "printf -v {prompt} x"],
  ["test -v", "test -v {prompt}"],
  ["a comparison of numbers", "[[ {prompt} -eq 1 ]]"],
  ["a loop's variable", "for {prompt} in a; do true; done"],
  ["PS4", "PS4={prompt} bash -x script"],
  ["BASH_ENV", "BASH_ENV={prompt} bash script"],
  ["a nested shell", "true; bash -c 'echo {prompt}'"],
  ["a nested shell, in double quotes", 'true; bash -c "echo {prompt}"'],
  ["a nested login shell", "cd /; bash -lc 'echo \"{prompt}\"'"],
  ["a nested shell with options", "true; bash -o pipefail -e -c 'echo {prompt}'"],
  ["a nested shell by its path", "true; /bin/sh -c 'echo {prompt}'"],
  ["a nested shell in a variable", "$SHELL -c 'echo {prompt}'"],
  ["a nested shell behind env", "env X=1 sh -c 'echo {prompt}'"],
  ["a nested shell behind timeout", "timeout 5 bash -c 'echo {prompt}'"],
  ["a script for a nested shell", "true; bash {prompt_file}"],
  ["exec", "exec {prompt}"],
  ["exec behind an assignment", "X=1 exec -a name {prompt}"],
  ["exec behind another builtin", "command exec {prompt}"],
  ["exec with an option", "builtin exec -c {prompt}"],
  ["env", "env X=1 {prompt}"],
  ["env -i", "env -i {prompt}"],
  ["env -S", "env -S 'echo {prompt}'"],
  ["sudo", "sudo {prompt}"],
  ["find -exec", "find . -exec {prompt} \\;"],
  ["find -exec sh -c", "find . -exec sh -c 'echo {prompt}' \\;"],
  ["xargs", "ls | xargs {prompt}"],
  ["xargs sh -c", "ls | xargs sh -c 'echo {prompt}'"],
  ["awk", "awk '{print \"{prompt}\"}' file"],
  ["awk with options", "awk -F : '{print \"{prompt}\"}' file"],
  ["sed", 'sed "s/x/{prompt}/" file'],
  ["sed -e", "sed -e 's/x/{prompt}/' file"],
  ["python -c", "python3 -c 'print(\"{prompt}\")'"],
  ["perl -e", "perl -e 'print \"{prompt}\"'"],
  ["perl -ne", "perl -ne 'print \"{prompt}\"'"],
  ["ruby -e", "ruby -e 'puts \"{prompt}\"'"],
  ["node -e", "node -e 'console.log(\"{prompt}\")'"],
  ["node --eval=", "node --eval='console.log(\"{prompt}\")'"],
  ["php -r", "php -r 'echo \"{prompt}\";'"],
  ["ssh", "ssh host echo {prompt}"],
  ["su -c", "su user -c 'echo {prompt}'"],
  ["watch", "watch echo {prompt}"],
];

describe("a placeholder where a value would be code", () => {
  it.each(codePositions)("is refused in %s: %j", (_where, template) => {
    expect(() => compileTemplate(template, "bash -c")).toThrow(TemplateError);
    expect(() => compileTemplate(template, "bash -c")).toThrow(
      /^HOST_RUNNER_CMD_TEMPLATE has \{\w+\} .+: .+/,
    );
  });

  it.each([
    ["{prompt}"],
    ["python3 -c 'print(\"{prompt}\")'"],
    ["env sh -c 'echo {prompt}'"],
    ["find . -exec sh -c 'echo {prompt}' ';'"],
    ["bash -c 'eval {prompt}'"],
    ["bash -c 'bash -c \"echo {prompt}\"'"],
    ["awk '{print \"{prompt}\"}'"],
  ])("is refused without a shell too: %j", (template) => {
    expect(() => compileTemplate(template, "none")).toThrow(/^HOST_RUNNER_CMD_TEMPLATE has \{prompt\} /);
  });
});

describe("a template or shell that cannot be used", () => {
  it.each([
    "",
    "  ",
    "echo 'a",
    'echo "a',
    "echo $(a",
    "echo ${a",
    "(a",
    "a)",
    "case x in",
    "[[ a",
    "x=(a",
    "echo `a",
  ])("is refused: %j", (template) => {
    expect(() => compileTemplate(template, "bash -c")).toThrow(/^HOST_RUNNER_CMD_TEMPLATE (is|has)/);
  });

  it.each([
    ["echo $(".repeat(200), "bash -c", "too many brackets within brackets"],
    [`${"nice ".repeat(40)}my-program {prompt}`, "none", "too many programs that start another"],
    ["MODE=ci my-program {prompt}", "none", 'begins with "MODE=ci", which only a shell understands'],
    ["bash --rcfile {prompt_file} -ic true", "none", "an option of a shell"],
    ["bash -o {prompt} -c true", "bash -c", "an option of a shell"],
  ])("is refused with what to do: %.40s", (template, shell, message) => {
    expect(() => compileTemplate(template, shell)).toThrow(TemplateError);
    expect(() => compileTemplate(template, shell)).toThrow(message);
  });

  it.each(["", "bash", "bash -l", "fish -c", "python -c", "bash -c x", "none x"])(
    "is refused as shell: %j",
    (shell) => {
      expect(() => compileTemplate("echo", shell)).toThrow(/^HOST_RUNNER_SHELL must be one of .+ or none/);
    },
  );
});
