import { randomInt } from "node:crypto";
import { listenForStopRequests } from "@host-runner/service";
import { chaos } from "./chaos.ts";
import { parseOptions } from "./parse-options.ts";

const options = parseOptions(process.argv, () => String(randomInt(1_000_000)));
// npm passes on the Ctrl-C that the terminal has sent to both.
const requests = listenForStopRequests(process, { echoMs: 200 });
// Asked again, it exits at once: what is left is ended by the last handler.
requests.hurry.addEventListener("abort", () => process.exit(1));

const held = await chaos(options, {
  stdout: process.stdout,
  path: process.env.PATH ?? "",
  stop: requests.stop,
  onSweep: (sweep) => process.on("exit", sweep),
}).catch((error: unknown) => {
  console.error(error);
  return false;
});
process.exit(held ? 0 : 1);
