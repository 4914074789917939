import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { withCli } from "./with-cli.ts";
import { CTRL_C, withTerminal } from "./with-terminal.ts";

const ESC = "\u001b";
const BEL = "\u0007";

/** What each would do to a terminal, were it carried out. */
const attacks = {
  title: `${ESC}]0;owned${BEL}`,
  clipboard: `${ESC}]52;c;b3duZWQ=${BEL}`,
  "link to a file": `${ESC}]8;;file:///etc/passwd${ESC}\\`,
  "erased screen": `${ESC}[2J`,
  "moved cursor": `${ESC}[3A`,
  "mouse mode": `${ESC}[?1003h`,
  "keyboard mode": `${ESC}[>4;2m`,
  "device control": `${ESC}P+q544e${ESC}\\`,
  "8-bit control": "\u009b2J",
  "back over the line": "before\rafter",
};
const allowed = { colour: `${ESC}[31mred`, link: `${ESC}]8;;https://example.org/${ESC}\\text` };

const hostile = [...Object.values(allowed), ...Object.values(attacks)].join("|");
/** A shell's command that writes it, without a line end. */
const printHostile = `printf '${[...Buffer.from(hostile)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}'`;

const carriedOut = (raw: string) =>
  Object.entries(attacks)
    .filter(([, attack]) => raw.includes(attack))
    .map(([name]) => name);

describe("what a command writes", () => {
  it.each([
    ["run", ["run", printHostile]],
    ["run, on stderr", ["run", `${printHostile} >&2`]],
    ["logs", ["logs", "t"]],
    ["logs --follow", ["logs", "-f", "t"]],
    ["logs --tail", ["logs", "--tail", "5", "t"]],
    ["get", ["get", "t"]],
    ["get --executions", ["get", "--executions", "t"]],
  ])("controls nothing of a terminal by %s, but may have colours and links", (_, args) =>
    withCli(async ({ cli, terminal }) => {
      await cli(["submit", "--id", "t", printHostile]);
      await cli(["wait", "t"]);
      await terminal(args, async ({ exit, raw, screen }) => {
        expect((await exit).exitCode).toBe(0);
        expect(carriedOut(raw())).toEqual([]);
        for (const sequence of Object.values(allowed)) expect(raw()).toContain(sequence);
        // And both are ended.
        expect(raw()).toMatch(/\u241b\[>4;2m[\s\S]*after[\s\S]*\]8;;\S\\\S\[0m/);
        const text = screen().join("\n");
        expect(text).toContain("␛]0;owned␇");
        expect(text).toMatch(/before\nafter/);
      });
    }),
  );

  it.each([
    ["run", ["run", "--json", printHostile]],
    ["logs", ["logs", "--json", "t"]],
    ["get", ["get", "--json", "t"]],
  ])("controls nothing of a terminal by %s --json, and is exact", (_, args) =>
    withCli(async ({ cli, terminal }) => {
      await cli(["submit", "--id", "t", printHostile]);
      await cli(["wait", "t"]);
      await terminal(
        args,
        async ({ exit, raw }) => {
          await exit;
          expect(raw()).not.toMatch(/[^\P{Cc}\r\n]/u);
          expect(raw()).toContain(JSON.stringify("\u009b2J").slice(1, -1).replace("\u009b", "\\u009b"));
        },
        { columns: 400 },
      );
    }),
  );

  it("is as it is for a pipe, and with --raw", () =>
    withCli(async ({ cli, terminal }) => {
      expect((await cli(["run", "--id", "t", printHostile])).stdout).toBe(hostile);
      expect((await cli(["logs", "t"])).stdout).toBe(hostile);
      const fields = (await cli(["get", "t"])).stdout.split("\n").map((line) => line.split("\t"));
      expect(JSON.parse(fields.find(([name]) => name === "stdout")?.[1] ?? "")).toBe(hostile);
      for (const args of [
        ["logs", "--raw", "t"],
        ["get", "--raw", "t"],
        ["run", "--raw", printHostile],
      ]) {
        await terminal(args, async ({ exit, raw }) => {
          await exit;
          expect(raw()).toContain(hostile);
        });
      }
    }));

  it("is harmless too where it comes a byte at a time", () =>
    withCli(async ({ terminal }) => {
      const bytes = [...Buffer.from(`${attacks.title}${attacks.clipboard}${attacks["erased screen"]}end`)];
      const octal = bytes.map((byte) => byte.toString(8).padStart(3, "0")).join(" ");
      const script = `for byte in ${octal}; do printf "\\\\$byte"; sleep 0.02; done`;
      await terminal(["run", script], async ({ exit, raw, screen }) => {
        await exit;
        expect(carriedOut(raw())).toEqual([]);
        expect(screen().join("")).toContain("␛]0;owned␇␛]52;c;b3duZWQ=␇␛[2Jend");
      });
    }));

  it("leaves no colour behind where Ctrl-C ends logs --follow", () =>
    withCli(async ({ cli, terminal }) => {
      await cli(["submit", "--id", "t", "printf '\\033[31mred'; sleep 60"]);
      await terminal(["logs", "-f", "t"], async ({ waitForScreen, type, exit, raw }) => {
        await waitForScreen(/red/);
        type(CTRL_C);
        const { exitCode, signal } = await exit;
        expect(signal || exitCode).toBeTruthy();
        expect(raw()).toMatch(/\[31mred[\s\S]*\[0m/);
      });
      await cli(["cancel", "t"]);
    }));

  it("styles nothing that host-runner itself says", () =>
    withCli(async ({ terminal }) => {
      await terminal(["run", "printf '\\033[8mhidden'; kill -KILL $$"], async ({ exit, raw }) => {
        await exit;
        expect(raw()).toMatch(/\[8mhidden\S\[0m[\s\S]*host-runner: /);
      });
    }));
});

/** An API all of whose texts are hostile. */
async function withHostileApi(body: (url: string) => Promise<void>): Promise<void> {
  const text = `x${hostile}`;
  const instant = "2026-01-31T08:15:00.000Z";
  const worker = { id: text, host: text, pid: 1 };
  const callback = {
    ...{ event_id: text, seq: 1, status: "failed", attempt: 1, state: "failed", tries: 1 },
    ...{ created_at: instant, tried_at: instant, http_status: 500, detail: text },
  };
  const task = {
    ...{ task_id: text, run_id: text, status: "failed", message: text, reason: "exit_code", executor: text },
    ...{ execution: 2, attempt: 2, max_attempts: 3, created_at: instant, updated_at: instant },
    ...{ started_at: instant, finished_at: instant, cancel_requested_at: null, exit_code: 3, signal: text },
    ...{ stdout: text, stderr: text, stdout_bytes: 1, stderr_bytes: 1, stdout_truncated: true },
    ...{ stderr_truncated: true, timeout_seconds: 5, delay_until: null, labels: { [text]: text } },
    ...{ metadata: { [text]: [text] }, worker, execution_mode: text, workspace: { project_root: text } },
    ...{ callbacks: [callback], pool: null, priority: null },
  };
  const attempts = [1, 2].map((attempt) => ({ ...task, attempt }));
  const answers: Record<string, unknown> = {
    "/tasks": { tasks: [task], next_cursor: null },
    "/tasks/t": task,
    "/tasks/t/cancel": task,
    "/tasks/t/rerun": task,
    "/tasks/t/callbacks/redeliver": task,
    "/tasks/t/executions": { executions: [{ ...task, attempts }] },
    "/workers": {
      workers: [{ ...worker, executors: [text], slots: 1, tasks: [text], pools: [text], since: instant }],
    },
    "/callbacks": {
      callbacks: [{ ...callback, task_id: text, run_id: text, execution: 1, receiver: text }],
      next_cursor: null,
    },
    "/healthz": { status: text },
  };
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const answer = request.method === "POST" && path === "/tasks" ? task : answers[path];
    if (answer !== undefined) {
      response.setHeader("Content-Type", "application/json");
      return response.end(JSON.stringify(answer));
    }
    response.statusCode = 404;
    response.setHeader("Content-Type", "application/problem+json");
    response.end(
      JSON.stringify({ type: "urn:host-runner:problem:not_found", title: text, status: 404, detail: text }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("what tasks, workers and callbacks name", () => {
  it.each([
    [["ls"]],
    [["ls", "--json"]],
    [["get", "t"]],
    [["get", "t", "--executions"]],
    [["get", "t", "--executions", "--json"]],
    [["get", "unknown"]],
    [["get", "unknown", "--json"]],
    [["wait", "t"]],
    [["wait", "unknown"]],
    [["cancel", "t", "unknown"]],
    [["rerun", "t"]],
    [["submit", "x"]],
    [["logs", "unknown"]],
    [["callbacks"]],
    [["redeliver", "t"]],
    [["workers"]],
    [["workers", "--json"]],
    [["doctor"]],
  ])("controls nothing of a terminal by %j", (args) =>
    withHostileApi((url) =>
      withTerminal([...args, "--url", url], { columns: 500, env: {} }, async ({ exit, raw }) => {
        await exit;
        expect(raw()).not.toBe("");
        expect(carriedOut(raw())).toEqual([]);
      }),
    ),
  );

  it("controls nothing of a terminal by the live table", () =>
    withHostileApi((url) =>
      withTerminal(["ls", "--watch", "--url", url], { columns: 500 }, async (terminal) => {
        await terminal.waitForScreen(/owned/);
        terminal.type(CTRL_C);
        await terminal.exit;
        expect(carriedOut(terminal.raw().replaceAll(`${ESC}[2J`, ""))).toEqual([]);
      }),
    ));
});
