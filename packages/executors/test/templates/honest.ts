// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
/**
 * Templates that hand a prompt on as data, and what the program that gets it is to see. Each runs with a stand-in for that
 * program, which the last word of `arrives` before its arguments names. Data.
 */
export interface HonestTemplate {
  template: string;
  /** The program's name and its arguments, with placeholders in them. */
  arrives: readonly string[];
  /** What it reads from its input, where that matters. */
  stdin?: string;
  /** What it finds in the variable PROMPT, where that matters. */
  variable?: string;
  /** Runs with prompts that begin with a dash, too. By default where -- or = stands before the placeholder. */
  takesDashes?: boolean;
  /** Whether the check warns of an option. */
  warns?: boolean;
  /** HOST_RUNNER_TRUSTED_PROGRAMS. */
  trusted?: readonly string[];
}

const same = (template: string, more: Partial<HonestTemplate> = {}): HonestTemplate => ({
  template,
  arrives: template.split(" "),
  ...more,
});

const given = (template: string, arrives: readonly string[], more: Partial<HonestTemplate> = {}) => ({
  template,
  arrives,
  ...more,
});

export const HONEST: readonly HonestTemplate[] = [
  // Agents
  same("codex exec -- {prompt}"),
  same("codex exec {prompt}", { warns: true }),
  same("codex exec --json --skip-git-repo-check -s workspace-write -C /srv -- {prompt}"),
  same("codex exec -c model=o3 -c analytics.enabled=false -m gpt-5 -- {prompt}"),
  same("codex exec -c instructions={prompt} -- go"),
  same("codex exec -o /tmp/{task_id}.txt -- {prompt}"),
  same("claude -p {prompt}", { warns: true }),
  same("claude -p --output-format stream-json --verbose -- {prompt}"),
  same("claude -p -c --model opus --append-system-prompt {prompt} -- go"),
  same("gemini --prompt={prompt} -o stream-json --approval-mode yolo"),
  same("gemini -p {prompt} -e none", { warns: true }),
  same("opencode run --format json -c -- {prompt}"),
  same("opencode run {prompt}", { warns: true }),
  same("aider --yes-always --message={prompt}"),
  same("aider --message-file {prompt_file}"),
  same("cursor-agent -p --output-format stream-json -- {prompt}"),
  same("copilot -p {prompt} --allow-all-tools", { warns: true }),
  same("goose run -t {prompt}"),
  same("amp -x {prompt}"),
  same("llm -m gpt-5 -s {prompt} -- go"),
  same("ollama run llama3 -- {prompt}"),
  same("/opt/agents/bin/codex exec -- {prompt}"),
  // Programs that nobody knows
  given('my-program --message "Fix: {prompt}"', ["my-program", "--message", "Fix: {prompt}"], {
    takesDashes: true,
  }),
  same("my-program {prompt}", { warns: true }),
  same("my-program --prompt={prompt}"),
  same("my-program --file={prompt_file} --id={task_id}/{run_id}"),
  same("my-program -m {prompt}", { warns: true }),
  same("my-program -- {prompt}"),
  same("my-program --dry-run -- {prompt}"),
  same("my-program -c config.toml -- {prompt}"),
  same("my-program -e production --message={prompt}"),
  same("my-program --language python --message={prompt}"),
  same("my-program explain --topic bash -- {prompt}"),
  same("my-program --run-id={run_id} --command-file={prompt_file}"),
  given(
    "my-program 'a {prompt} b' \"{prompt}{prompt}\"",
    ["my-program", "a {prompt} b", "{prompt}{prompt}"],
    {
      warns: true,
    },
  ),
  same("./run.sh -- {prompt}"),
  same("my-program --exec {prompt}", { trusted: ["my-program"], takesDashes: true }),
  same("/opt/bin/my-program -c {prompt}", { trusted: ["/opt/bin/my-program"], takesDashes: true }),
  same("at {prompt}", { trusted: ["at"], takesDashes: true }),
  same("$TOOL -- {prompt}", { arrives: ["my-program", "--", "{prompt}"] }),
  same('"$TOOL" --prompt={prompt}', { arrives: ["my-program", "--prompt={prompt}"] }),
  // Options that look like code and take data
  same("grep -rn -e {prompt} .", { takesDashes: true }),
  same("grep -rne {prompt} .", { takesDashes: true }),
  same("grep -c -- {prompt} notes.txt"),
  same("egrep --regexp={prompt} notes.txt"),
  same("rg -n -e {prompt} src", { takesDashes: true }),
  same("git grep -n -e {prompt}", { takesDashes: true }),
  same("git log --grep={prompt} -n 5"),
  same("git commit --allow-empty -m {prompt}", { takesDashes: true }),
  same("git -C repo commit -qm {prompt}", { takesDashes: true }),
  same("git -c user.name=bot -c user.email=bot@host commit -m {prompt}", { takesDashes: true }),
  same("git -c user.name={prompt} commit -m x"),
  same("git config user.name {prompt}", { takesDashes: true }),
  same("git switch -c task-{task_id}"),
  same("git tag -a v1 -m {prompt}", { takesDashes: true }),
  same("wc -c {prompt_file}"),
  same("cat -e {prompt_file}"),
  same("gzip -c {prompt_file}"),
  same("head -c 100 {prompt_file}"),
  same("sort -c {prompt_file}"),
  same("cut -c 1-5 {prompt_file}"),
  same("tar -cf out.tar {prompt_file}"),
  same("cowsay -e oo -- {prompt}"),
  same("jq -n --arg p {prompt} $p", {
    template: "jq -n --arg p {prompt} '$p'",
    takesDashes: true,
  }),
  same("sed -n 1p {prompt_file}"),
  given("sed -n -e 1p -- {prompt}", ["sed", "-n", "-e", "1p", "--", "{prompt}"]),
  given("awk '{print $1}' {prompt_file}", ["awk", "{print $1}", "{prompt_file}"]),
  given("awk -F : -v p={prompt} 'BEGIN {print p}'", [
    "awk",
    "-F",
    ":",
    "-v",
    "p={prompt}",
    "BEGIN {print p}",
  ]),
  same("psql -v prompt={prompt} -f query.sql"),
  same("mysql -p{prompt} -f query.sql", { takesDashes: true }),
  same("redis-cli SET prompt {prompt}", { takesDashes: true }),
  same("curl -sS -d {prompt} http://localhost/", { takesDashes: true }),
  same("curl --data-urlencode q={prompt} -e http://referer/ http://localhost/"),
  same("gh issue create --title=Prompt --body={prompt}"),
  same("gh issue comment 5 -b {prompt}", { takesDashes: true }),
  same("gh api repos/a/b/issues -f body={prompt}"),
  given("mail -s {prompt} ops@host", ["mail", "-s", "{prompt}", "ops@host"], { takesDashes: true }),
  same("docker run --rm -i image my-program -- {prompt}"),
  same("docker run --rm --entrypoint my-program image -- {prompt}"),
  same("docker run -e PROMPT={prompt} -v /a:/b:ro --name t-{task_id} image my-program"),
  same("docker exec -u app box my-program --prompt={prompt}"),
  given(
    "docker exec box sh -c 'my-program -- \"$1\"' name {prompt}",
    ["docker", "exec", "box", "sh", "-c", 'my-program -- "$1"', "name", "{prompt}"],
    { takesDashes: true },
  ),
  same("kubectl -n space exec pod -c main -- my-program -- {prompt}"),
  same("kubectl annotate pod p note={prompt}"),
  same("helm upgrade x ./chart --set-string prompt={prompt}"),
  same("gcloud pubsub topics publish t --message={prompt}"),
  same("npm test -- {prompt}"),
  same("npm run -s agent -- --prompt={prompt}"),
  same("npx -y my-program -- {prompt}"),
  same("pnpm --filter app run agent -- {prompt}"),
  same("go test -run {prompt} ./...", { takesDashes: true }),
  same("cargo run --quiet -- {prompt}"),
  same("pytest -k {prompt}", { takesDashes: true }),
  same("java -jar agent.jar -- {prompt}"),
  same("ssh -i key host ls /srv", { arrives: ["ssh", "-i", "key", "host", "ls", "/srv"] }),
  same("uv run agent.py -- {prompt}"),
  same("poetry run my-program -- {prompt}"),
  same("systemd-run --user --pipe -- my-program -- {prompt}"),
  same("sudo -n -u bot my-program -- {prompt}"),
  same("python3 agent.py -- {prompt}"),
  same("python3 -m my_agent --prompt={prompt}"),
  given(
    "python3 -c 'import sys; print(sys.argv[1])' {prompt}",
    ["python3", "-c", "import sys; print(sys.argv[1])", "{prompt}"],
    { takesDashes: true },
  ),
  given("perl -e 'print $ARGV[0]' -- {prompt}", ["perl", "-e", "print $ARGV[0]", "--", "{prompt}"]),
  given("node -e 'console.log(process.argv[1])' -- {prompt}", [
    "node",
    "-e",
    "console.log(process.argv[1])",
    "--",
    "{prompt}",
  ]),
  given("find . -name {prompt} -print", ["find", ".", "-name", "{prompt}", "-print"], { takesDashes: true }),
  // Wrappers that are looked through
  given("timeout 9 my-program -- {prompt}", ["my-program", "--", "{prompt}"]),
  given("timeout -k 1 9 nice -n 1 my-program --prompt={prompt}", ["my-program", "--prompt={prompt}"]),
  given("env -u HOME A=1 PROMPT={prompt} my-program -- {prompt}", ["my-program", "--", "{prompt}"]),
  given("nohup stdbuf -oL my-program -- {prompt}", ["my-program", "--", "{prompt}"]),
  given("setsid -w my-program {prompt}", ["my-program", "{prompt}"], { warns: true }),
  given("timeout 9 bash -c 'my-program \"$1\"' name {prompt}", ["my-program", "{prompt}"], {
    takesDashes: true,
  }),
  given("echo a | xargs my-program -- {prompt}", ["my-program", "--", "{prompt}", "a"]),
  given("find . -maxdepth 0 -exec my-program --prompt={prompt} {} ';'", [
    "my-program",
    "--prompt={prompt}",
    ".",
  ]),
  // Shells
  given("bash -c 'my-program \"$1\"' name {prompt}", ["my-program", "{prompt}"], { takesDashes: true }),
  given("sh -c 'my-program \"{prompt}\"'", ["my-program", "{prompt}"], { warns: true }),
  given("bash -o pipefail -ec 'my-program -- {prompt} | cat'", ["my-program", "--", "{prompt}"]),
  given("printf %s {prompt} | my-program", ["my-program"], { stdin: "{prompt}", takesDashes: true }),
  given("my-program < {prompt_file}", ["my-program"], { stdin: "{prompt}", takesDashes: true }),
  given("my-program <<< {prompt}", ["my-program"], { stdin: "{prompt}\n", takesDashes: true }),
  given("cat {prompt_file} | my-program -", ["my-program", "-"], { stdin: "{prompt}", takesDashes: true }),
  given("cd / && my-program -- {prompt} 2>&1 | cat", ["my-program", "--", "{prompt}"]),
  given('x={prompt}; my-program -- "$x"', ["my-program", "--", "{prompt}"]),
  given("export X={prompt}; sh -c 'my-program -- \"$X\"'", ["my-program", "--", "{prompt}"]),
  given("PROMPT={prompt} my-program --env", ["my-program", "--env"], {
    variable: "{prompt}",
    takesDashes: true,
  }),
  given("env PROMPT='<{prompt}>' my-program --env", ["my-program", "--env"], {
    variable: "<{prompt}>",
    takesDashes: true,
  }),
  given('if [ -n {prompt} ]; then my-program -- "{prompt}"; fi', ["my-program", "--", "{prompt}"]),
  given('my-program -- "$(cat {prompt_file}; echo .)"', ["my-program", "--", "{prompt}."]),
  given("until [ -e {prompt_file} ]; do sleep 1; done; my-program -- {prompt}", [
    "my-program",
    "--",
    "{prompt}",
  ]),
  given("test -c {prompt_file} || my-program -- {prompt}", ["my-program", "--", "{prompt}"]),
  given('for p in {prompt}; do my-program -- "$p"; done', ["my-program", "--", "{prompt}"]),
  given('run() { my-program -- "$1"; }; run {prompt}', ["my-program", "--", "{prompt}"], {
    takesDashes: true,
    warns: true,
  }),
  given("printf %s {prompt} | ssh host 'cat > prompt.txt'", ["ssh", "host", "cat > prompt.txt"], {
    stdin: "{prompt}",
    takesDashes: true,
  }),
  given("printf %s {prompt} | docker exec -i box my-program", ["docker", "exec", "-i", "box", "my-program"], {
    stdin: "{prompt}",
    takesDashes: true,
  }),
  given("cat {prompt_file} | xargs -0 my-program --", ["my-program", "--", "{prompt}"]),
];
