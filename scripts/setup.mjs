/**
 * Makes a checkout ready to run, from whatever state it is in: installs the locked dependencies if they
 * differ from those that are here, and builds what has changed. Needs Node and npm alone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const pnpm = manifest.packageManager;

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`host-runner needs Node ${manifest.engines.node}; this is ${process.versions.node}.`);
}

if (!isInstalled()) {
  console.error("Installing dependencies ...");
  // npx fetches the pinned pnpm, so that nothing but npm has to be there.
  run("npx", ["--yes", pnpm, "install", "--frozen-lockfile"], "installing the dependencies failed");
}
run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], "the build failed");
run(process.execPath, [join(root, "scripts/bundle.mjs")], "bundling failed");

/** pnpm keeps a copy of the lockfile that it installed from. */
function isInstalled() {
  const installed = join(root, "node_modules/.pnpm/lock.yaml");
  const wanted = join(root, "pnpm-lock.yaml");
  return existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(wanted, "utf8");
}

function run(command, args, problem) {
  // The build's messages must not mix with what the program that follows prints.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(error ? `${problem}: ${error.message}` : `${problem}: see above.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
