import { findJsonFlaws, HostRunnerError, isKeptOfSubmission, parseSubmission } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";

const workspace = { project_root: "/srv/project" };

function refusalOf(
  input: unknown,
  options: Parameters<typeof parseSubmission>[1] = {},
): Record<string, string> {
  try {
    parseSubmission(input, options);
  } catch (error) {
    if (!(error instanceof HostRunnerError) || error.code !== "invalid") throw error;
    return Object.fromEntries((error.errors ?? []).map(({ path, message }) => [path, message]));
  }
  return {};
}

describe("a submission", () => {
  it("needs nothing but a prompt", () => {
    expect(parseSubmission({ prompt: "hi" })).toEqual({
      prompt: "hi",
      task_id: null,
      run_id: null,
      executor: null,
      timeout_seconds: null,
      labels: null,
      max_attempts: null,
      backoff_seconds: null,
      status_callback_url: null,
      status_callback_token: null,
      execution_mode: "no-workspace",
      workspace: null,
    });
  });

  it("keeps every field that is in force", () => {
    const submission = {
      prompt: "hi",
      task_id: "1",
      run_id: "run-7",
      executor: "mock",
      timeout_seconds: 86_400,
      max_attempts: 10,
      backoff_seconds: 0.5,
      labels: { team: "a b", empty: "" },
      metadata: { a: [1, null] },
      status_callback_url: "http://localhost:48000/cb",
      status_callback_token: "t",
      execution_mode: "isolated-worktree",
      workspace: {
        project_id: 3,
        project_root: "/srv/project",
        lock_paths: ["/srv/project/a"],
        worktree_path: "/srv/worktree",
        git_branch: "main",
      },
    };
    expect(parseSubmission(submission)).toEqual(submission);
  });

  it("drops unknown fields and handoff_context", () => {
    const parsed = parseSubmission({ prompt: "hi", handoff_context: ["x"], unheard_of: 1 });
    expect(parsed).toEqual(parseSubmission({ prompt: "hi" }));
  });

  it("takes null for an absent field, as callers send it that serialize them all", () => {
    const nulls = {
      task_id: null,
      run_id: null,
      workspace: null,
      sandbox: null,
      labels: null,
      priority: null,
    };
    expect(parseSubmission({ prompt: "hi", ...nulls })).toEqual(parseSubmission({ prompt: "hi" }));
  });

  it.each(["1", "completed", "meta", "a:b", "a/b", "🙂", "x".repeat(128), "🙂".repeat(128), "..", " "])(
    "takes the task id %j",
    (task_id) => {
      expect(parseSubmission({ prompt: "hi", task_id }).task_id).toBe(task_id);
    },
  );

  it.each([
    ["no prompt", {}, "prompt"],
    ["an empty prompt", { prompt: "" }, "prompt"],
    ["a prompt with NUL", { prompt: "a\0b" }, "prompt"],
    ["a prompt with a lone surrogate", { prompt: "a\ud800" }, "prompt"],
    ["a prompt that is no text", { prompt: 1 }, "prompt"],
    ["a prompt beyond the limit", { prompt: "ü".repeat(600_000) }, "prompt"],
    ["a numeric task id", { prompt: "hi", task_id: 1 }, "task_id"],
    ["an empty task id", { prompt: "hi", task_id: "" }, "task_id"],
    ["a task id of 129 characters", { prompt: "hi", task_id: "x".repeat(129) }, "task_id"],
    ["a task id with a control character", { prompt: "hi", task_id: "a\nb" }, "task_id"],
    ["an empty run id", { prompt: "hi", run_id: "" }, "run_id"],
    ["an unknown executor", { prompt: "hi", executor: "docker" }, "executor"],
    ["a timeout of 0", { prompt: "hi", timeout_seconds: 0 }, "timeout_seconds"],
    ["a timeout of more than a day", { prompt: "hi", timeout_seconds: 86_401 }, "timeout_seconds"],
    ["no attempt at all", { prompt: "hi", max_attempts: 0 }, "max_attempts"],
    ["more than ten attempts", { prompt: "hi", max_attempts: 11 }, "max_attempts"],
    ["a negative backoff", { prompt: "hi", backoff_seconds: -1 }, "backoff_seconds"],
    ["a callback that is not http", { prompt: "hi", status_callback_url: "ftp://x/" }, "status_callback_url"],
    ["a callback that is no URL", { prompt: "hi", status_callback_url: "x" }, "status_callback_url"],
    [
      "a link-local callback",
      { prompt: "hi", status_callback_url: "http://169.254.169.254/" },
      "status_callback_url",
    ],
    [
      "a link-local callback in decimal",
      { prompt: "hi", status_callback_url: "http://2852039166/" },
      "status_callback_url",
    ],
    [
      "a link-local callback as IPv6",
      { prompt: "hi", status_callback_url: "http://[fe80::1]/" },
      "status_callback_url",
    ],
    [
      "a link-local callback in IPv6",
      { prompt: "hi", status_callback_url: "http://[::ffff:169.254.169.254]/" },
      "status_callback_url",
    ],
    ["an empty callback token", { prompt: "hi", status_callback_token: "" }, "status_callback_token"],
    [
      "a callback token that is no header",
      { prompt: "hi", status_callback_token: "tökén" },
      "status_callback_token",
    ],
    ["labels that are no text", { prompt: "hi", labels: { a: 1 } }, "labels.a"],
    ["a label's name with a colon", { prompt: "hi", labels: { "a:b": "c" } }, "labels.a:b"],
    ["metadata beyond 16 KiB", { prompt: "hi", metadata: "x".repeat(16_385) }, "metadata"],
    ["an unknown execution mode", { prompt: "hi", execution_mode: "x" }, "execution_mode"],
    ["a relative project root", { prompt: "hi", workspace: { project_root: "a" } }, "workspace.project_root"],
    [
      "a relative lock path",
      { prompt: "hi", workspace: { ...workspace, lock_paths: ["a"] } },
      "workspace.lock_paths.0",
    ],
    [
      "a relative worktree path",
      { prompt: "hi", workspace: { ...workspace, worktree_path: "a" } },
      "workspace.worktree_path",
    ],
    ["a shared workspace without one", { prompt: "hi", execution_mode: "shared-workspace" }, "workspace"],
    [
      "a shared workspace without lock paths",
      { prompt: "hi", execution_mode: "shared-workspace", workspace },
      "workspace.lock_paths",
    ],
    [
      "a worktree without its path",
      { prompt: "hi", execution_mode: "isolated-worktree", workspace: { ...workspace, git_branch: "b" } },
      "workspace.worktree_path",
    ],
    [
      "a worktree without its branch",
      { prompt: "hi", execution_mode: "isolated-worktree", workspace: { ...workspace, worktree_path: "/w" } },
      "workspace.git_branch",
    ],
    ["a sandbox mode without sandbox", { prompt: "hi", execution_mode: "docker-sandbox" }, "sandbox"],
    ["something that is no object", "hi", ""],
  ])("is refused with %s, naming the field", (_, input, path) => {
    expect(refusalOf(input)).toHaveProperty([path]);
  });

  it.each([
    "http://localhost:48000/cb",
    "http://169.254.example.org/",
    "http://user:password@[fd00::1]:8080/cb?a=b",
    "https://cp.example.org/",
  ])("takes %s for callbacks", (url) => {
    expect(parseSubmission({ prompt: "hi", status_callback_url: url }).status_callback_url).toBe(url);
  });

  it.each(["sandbox", "pool", "priority", "delay_seconds", "expires_in_seconds"])(
    "is refused with %s, which is not supported yet",
    (field) => {
      expect(refusalOf({ prompt: "hi", [field]: 1 })).toEqual({
        [field]: "is not supported yet; leave it out",
      });
    },
  );

  it.each<[string, string, object]>([
    [
      "a number beyond all numbers",
      '{"prompt":"hi","metadata":{"a":[1e400]}}',
      { "metadata.a.0": /no number/ },
    ],
    ["a number alone", '{"prompt":"hi","metadata":1e400}', { metadata: /no number/ }],
    [
      "a rounded number",
      '{"prompt":"hi","metadata":{"id":9007199254740993}}',
      { "metadata.id": /beyond 2\^53/ },
    ],
    [
      "many digits",
      '{"prompt":"hi","metadata":[0.12345678901234567890]}',
      { "metadata.0": /rounded to 0\.1234/ },
    ],
    ["a number that becomes 0", '{"prompt":"hi","metadata":[1e-999]}', { "metadata.0": /become 0/ }],
    ["a negative zero", '{"prompt":"hi","metadata":[-0]}', { "metadata.0": /become 0/ }],
    ["a name twice", '{"prompt":"hi","metadata":{"a":1,"a":2}}', { "metadata.a": /more than once/ }],
    ["a field twice", '{"prompt":"hi","prompt":"ho"}', { prompt: /more than once/ }],
    ["a label twice", '{"prompt":"hi","labels":{"a":"1","a":"1"}}', { "labels.a": /more than once/ }],
    [
      "a label __proto__",
      '{"prompt":"hi","labels":{"__proto__":"x"}}',
      { "labels.__proto__": /many programs lose/ },
    ],
    [
      "__proto__ in metadata",
      '{"prompt":"hi","metadata":{"a":[{"__proto__":1}]}}',
      { "metadata.a.0.__proto__": /lose/ },
    ],
    [
      "__proto__ in a workspace",
      '{"prompt":"hi","workspace":{"project_root":"/a","__proto__":{}}}',
      { "workspace.__proto__": /lose/ },
    ],
    [
      "a rounded project id",
      '{"prompt":"hi","workspace":{"project_root":"/a","project_id":9007199254740993}}',
      { "workspace.project_id": /2\^53/ },
    ],
    [
      "half a character in metadata",
      '{"prompt":"hi","metadata":{"a":"\\ud800"}}',
      { "metadata.a": /well-formed/ },
    ],
    [
      "half a character in a name",
      '{"prompt":"hi","metadata":{"\\ud800":1}}',
      { "metadata.\ud800": /well-formed/ },
    ],
    [
      "a rounded timeout",
      '{"prompt":"hi","timeout_seconds":60.00000000000000001}',
      { timeout_seconds: /rounded to 60/ },
    ],
    ["a backoff of -0", '{"prompt":"hi","backoff_seconds":-0}', { backoff_seconds: /become 0/ }],
  ])("is refused with %s, which would be stored as something else", (_, text, refusals) => {
    const refusal = refusalOf(JSON.parse(text), { flaws: findJsonFlaws(text, isKeptOfSubmission) });
    expect(refusal).toEqual(
      Object.fromEntries(
        Object.entries(refusals).map(([path, words]) => [path, expect.stringMatching(words)]),
      ),
    );
  });

  it("keeps names that objects have by themselves, and numbers that are exact", () => {
    const text = `{"prompt":"hi","labels":{"constructor":"a","toString":"b"},"metadata":{"constructor":{"prototype":1},
      "hasOwnProperty":[9007199254740991,-1.5,1e21,0.1]},"workspace":{"project_root":"/a","project_id":7}}`;
    const { labels, metadata, workspace } = parseSubmission(JSON.parse(text), { flaws: findJsonFlaws(text) });
    const { prompt: _, ...sent } = JSON.parse(text);
    expect({ labels, metadata, workspace }).toEqual(sent);
  });

  it("may have anything in fields that are dropped", () => {
    const text = `{"prompt":"hi","handoff_context":{"a":1e400,"a":-0},"x":9007199254740993,"x":1,
      "workspace":{"project_root":"/a","x":-0}}`;
    const flaws = findJsonFlaws(text, isKeptOfSubmission);
    expect(parseSubmission(JSON.parse(text), { flaws }).prompt).toBe("hi");
  });

  it("is refused with metadata that is nested too deeply to be walked", () => {
    const depth = 200_000;
    const metadata: unknown = JSON.parse("[".repeat(depth) + "]".repeat(depth));
    expect(refusalOf({ prompt: "hi", metadata })).toHaveProperty("metadata");
  });

  it("is told all its problems at once", () => {
    const refusal = refusalOf({ prompt: "", task_id: 1, pool: "x", execution_mode: "docker-sandbox" });
    expect(Object.keys(refusal).sort()).toEqual(["pool", "prompt", "sandbox", "task_id"]);
  });
});
