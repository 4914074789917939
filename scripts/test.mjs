/** Runs jest with the arguments given, for example `npm test -- --selectProjects unit`. */
import { spawnSync } from "node:child_process";
import { provideServer } from "../packages/local-redis/dist/index.js";

// Once, before many test processes would: an installation takes longer than a test may.
await provideServer(console.error).catch((error) => console.error(error.message));

// ESM support in jest needs the flag; its warning about that is noise.
const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
const jest = new URL("../node_modules/jest/bin/jest.js", import.meta.url).pathname;
const { status } = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, NODE_OPTIONS },
});
process.exit(status ?? 1);
