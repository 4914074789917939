import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { waitFor, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { createHost, type Host } from "../../src/fleet/host/create-host.ts";
import { type Lack, lacks } from "../../src/fleet/host/lack.ts";

const program = fileURLToPath(new URL("../fixtures/hosted.mjs", import.meta.url));

interface Hosted {
  host: Host;
  pid: number;
  /** Has the process on the host do something; resolves to "ok" or to the code of its error. */
  attempt(what: string): Promise<string>;
}

async function withHost(body: (hosted: Hosted) => Promise<void>): Promise<void> {
  await withTempDir(async (temp) => {
    const own = join(temp, "state", "key");
    const pipes = join(temp, "pipes");
    mkdirSync(own, { recursive: true });
    const name = `host-runner-chaos-test-${process.pid}`;
    const host = createHost({ name, folder: join(temp, "host"), temp, path: process.env.PATH ?? "" });
    const [file = "", ...args] = host.launch([process.execPath, program, own, pipes, host.shell]);
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const exited = new Promise((resolve) => child.once("exit", resolve));
    try {
      expect((await lines.next()).value).toBe("ready");
      await body({
        ...{ host, pid: child.pid! },
        async attempt(what) {
          child.stdin.write(`${what}\n`);
          return (await lines.next()).value as string;
        },
      });
    } finally {
      child.stdin.end();
      await exited;
      // What it has killed may need a moment.
      await waitFor(() => host.remove(), { description: "the host is removed" });
      rmSync(pipes, { recursive: true, force: true });
    }
  });
}

/** What cannot be done while a host lacks it, and the code of the error then. */
const cases: Record<Lack, [what: string, code: string]> = {
  pids: ["spawn", "EAGAIN"],
  descriptors: ["open", "EMFILE"],
  "prompt-space": ["prompt", "ENOSPC"],
  "pipe-space": ["pipe", "ENOSPC"],
  folders: ["folders", "ENOENT"],
  program: ["program", "ENOENT"],
};

describe("the host of a worker", () => {
  it.each(lacks)("lacks something for a process on it, and for nobody else: %s", (lack) =>
    withHost(async ({ host, pid, attempt }) => {
      const { impossible, starve } = host.starver(lack);
      const [what, code] = cases[lack];
      expect(await attempt(what)).toBe("ok");
      if (impossible !== null) return expect(() => starve(pid)).toThrow(impossible);
      const relieve = starve(pid);
      expect(await attempt(what)).toBe(code);
      relieve();
      // Whoever needs the folders makes them again.
      expect(await attempt(what)).toBe(lack === "folders" ? code : "ok");
    }),
  );

  it("can lack everything here that it does not need privileges for", () =>
    withHost(async ({ host }) => {
      for (const lack of ["folders", "program"] as const) expect(host.starver(lack).impossible).toBeNull();
    }));
});
