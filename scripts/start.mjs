/**
 * `npm start`: builds what has changed, then runs `host-runner up` with the arguments given, in this very process:
 * a signal for npm then reaches it, and not a shell in between.
 */
import { fileURLToPath } from "node:url";
import "./setup.mjs";

const main = new URL("../apps/cli/dist/main.js", import.meta.url);
process.argv = [process.execPath, fileURLToPath(main), "up", ...process.argv.slice(2)];
await import(main.href);
