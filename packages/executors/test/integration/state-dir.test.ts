import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { findStateDir } from "../../src/index.ts";
import { withFolder } from "../with-folder.ts";

/** A system with the folders named, as a user of it sees them. */
const withSystem = (folders: string[], use: (root: string, find: Find) => void) =>
  withFolder((root) => {
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
    const before = readdirSync(root, { recursive: true });
    use(root, (environment = {}) => findStateDir({ environment, uid: 12345, root }));
    expect(readdirSync(root, { recursive: true })).toEqual(before);
  });
type Find = (environment?: Record<string, string>) => string;

describe("the state folder of a worker that names none", () => {
  it("is in XDG_RUNTIME_DIR", () =>
    withSystem(["run", "run/user/12345", "var/tmp"], (root, find) => {
      const runtime = join(root, "run/user/12345");
      expect(find({ XDG_RUNTIME_DIR: runtime })).toBe(join(runtime, "host-runner"));
    }));

  it.each([
    ["is not set", ""],
    ["does not exist", "run/user/99"],
  ])("is in /run where XDG_RUNTIME_DIR %s", (_, name) =>
    withSystem(["run", "var/tmp"], (root, find) => {
      const environment = name ? { XDG_RUNTIME_DIR: join(root, name) } : {};
      expect(find(environment)).toBe(join(root, "run/host-runner-12345"));
    }),
  );

  it("is in /run where XDG_RUNTIME_DIR is relative", () =>
    withSystem(["run", "var/tmp"], (root, find) => {
      expect(find({ XDG_RUNTIME_DIR: "run" })).toBe(join(root, "run/host-runner-12345"));
    }));

  it("is in /var/tmp where there is no /run", () =>
    withSystem(["var/tmp"], (root, find) => {
      expect(find()).toBe(join(root, "var/tmp/host-runner-12345"));
    }));

  // Root may write everywhere.
  (process.getuid?.() === 0 ? it.skip : it)("is in /var/tmp where /run may not be written to", () =>
    withSystem(["run", "var/tmp"], (root, find) => {
      chmodSync(join(root, "run"), 0o555);
      expect(find()).toBe(join(root, "var/tmp/host-runner-12345"));
    }),
  );

  it("is in /run where an administrator has made it", () =>
    withSystem(["run/host-runner-12345", "var/tmp"], (root, find) => {
      expect(find()).toBe(join(root, "run/host-runner-12345"));
    }));

  it("does not follow TMPDIR", () =>
    withSystem(["run", "var/tmp", "private/runtime"], (root, find) => {
      const environment = { TMPDIR: join(root, "private"), XDG_RUNTIME_DIR: join(root, "private/runtime") };
      expect(find(environment)).toBe(join(root, "run/host-runner-12345"));
    }));
});
