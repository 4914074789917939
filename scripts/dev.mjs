/**
 * `npm run dev`: runs `host-runner up` with the arguments given, and on a change of the sources builds them and,
 * where that worked, starts it again. Tasks stay, and running ones get DRAIN_SECONDS to finish.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DRAIN_SECONDS = "2";
/** An editor writes several files at once. */
const SETTLE_MS = 150;

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["apps", "packages"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name, "src")))
  .filter((path) => existsSync(path));

let ending = false;
let running = startUp();
let change;
for (const path of sources) {
  watch(path, { recursive: true }, () => {
    clearTimeout(change);
    change = setTimeout(rebuild, SETTLE_MS);
  });
}
console.error(`Watching ${sources.length} source folders.`);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    ending = true;
    if (running.exitCode === null && running.signalCode === null) running.kill(signal);
    else process.exit(0);
  });
}

function startUp() {
  const child = spawn(
    process.execPath,
    [join(root, "apps/cli/dist/main.js"), "up", ...process.argv.slice(2)],
    {
      env: { HOST_RUNNER_DRAIN_SECONDS: DRAIN_SECONDS, ...process.env },
      // A group of its own, so that it hears of Ctrl-C once; a channel, so that it ends when this process is killed.
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  child.on("exit", (code) => {
    if (ending) process.exit(code ?? 1);
    if (child === running && code !== 0)
      console.error("host-runner up has ended: it starts again after a change.");
  });
  return child;
}

function rebuild() {
  if (ending) return;
  console.error("Building ...");
  const { status } = spawnSync(process.execPath, [join(root, "scripts/setup.mjs")], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) return;
  const old = running;
  const restart = () => {
    if (!ending) running = startUp();
  };
  if (old.exitCode !== null || old.signalCode !== null) return restart();
  old.removeAllListeners("exit");
  old.once("exit", () => {
    if (ending) process.exit(0);
    restart();
  });
  old.kill("SIGTERM");
}
