import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { findProcesses, freePort, waitFor, withProgram, withTempDir } from "@host-runner/testing";
import { expect, it } from "@jest/globals";

it("finds a process by its environment, and only while it runs", async () => {
  const mark = randomUUID();
  await withProgram({ command: "sleep", args: ["600"], env: { MARK: mark } }, async ({ pid }) => {
    await waitFor(() => findProcesses(mark).length > 0, { description: "the sleep" });
    expect(findProcesses(mark)).toEqual([{ pid, command: "sleep 600" }]);
  });
  await waitFor(() => findProcesses(mark).length === 0, { description: "no sleep" });
});

it("finds a process by its command line", async () => {
  const mark = randomUUID();
  await withProgram({ command: "sh", args: ["-c", "echo up; read -r x <&2", mark] }, async (program) => {
    await program.waitForOutput(/up/);
    expect(findProcesses(mark).map(({ pid }) => pid)).toEqual([program.pid]);
  });
});

it("inherits no variable of the test's own environment but PATH and HOME", async () => {
  await withProgram({ command: "env", env: { GIVEN: "1" } }, async ({ exit, stdout }) => {
    expect(await exit).toEqual({ code: 0, signal: null });
    const names = stdout()
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(names.sort()).toEqual(["GIVEN", "HOME", "PATH"]);
  });
});

it("says what a program printed instead of what was waited for", async () => {
  await withProgram({ command: "echo", args: ["something else"] }, async ({ waitForOutput }) => {
    await expect(waitForOutput(/ready/)).rejects.toThrow(/the program ended: no \/ready\/.*something else/s);
  });
});

it("removes a temporary folder with all that is in it, also after a failure", async () => {
  let path = "";
  const failing = withTempDir((dir) => {
    path = dir;
    writeFileSync(`${dir}/file`, "");
    throw new Error("of the test");
  });
  await expect(failing).rejects.toThrow("of the test");
  expect(existsSync(path)).toBe(false);
});

it("names a port that one can listen on", async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await new Promise((resolve) => server.close(resolve));
});
