import { chmodSync, cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withTempDir } from "@host-runner/testing";

type App = "api" | "worker" | "cli";

/** What the build made, copied to a folder with nothing else in it, and nothing above it that a program could find. */
export interface Shipped {
  folder: string;
  /** The entry file of a program. */
  main(app: App): string;
  /** What a user types before the arguments of the command line. */
  cli: string[];
}

export function withShipped<T>(
  body: (shipped: Shipped) => Promise<T>,
  apps: readonly App[] = ["api", "worker", "cli"],
): Promise<T> {
  return withTempDir(async (folder) => {
    for (const app of apps) cpSync(builtFolder(app), join(folder, app), { recursive: true });
    // Other users start them too.
    chmodSync(folder, 0o755);
    const main = (app: App) => join(folder, app, "main.js");
    return body({ folder, main, cli: [process.execPath, main("cli")] });
  });
}

const builtFolder = (app: App) => fileURLToPath(new URL(`../../../${app}/dist`, import.meta.url));

/** A user id that has no name. Only root may start a program as somebody else. */
export const NOBODY = 12_345;
export const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
export const isRoot = process.getuid?.() === 0;

/** Lets every user of this machine connect to a test's Redis. */
export function letEverybodyIn(redisUrl: string): void {
  const socket = decodeURIComponent(new URL(redisUrl).pathname);
  chmodSync(socket, 0o777);
  chmodSync(dirname(socket), 0o711);
}
