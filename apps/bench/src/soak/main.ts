import { writeFileSync } from "node:fs";
import { listenForStopRequests } from "@host-runner/service";
import { parseSoakOptions } from "./parse-soak-options.ts";
import { runSoak } from "./run-soak.ts";
import { isPassed, toText } from "./verdict.ts";

const { json, ...options } = parseSoakOptions(process.argv);
// npm passes on the Ctrl-C that the terminal has sent to both.
const requests = listenForStopRequests(process, { echoMs: 200 });
requests.hurry.addEventListener("abort", () => process.exit(1));

const report = await runSoak({
  ...{ ...options, path: process.env.PATH ?? "", stop: requests.stop },
  tell: (progress) => process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${progress}\n`),
});
if (report === null) process.exit(1);

const asJson = `${JSON.stringify(report, null, 2)}\n`;
process.stdout.write(json === "-" ? asJson : toText(report));
if (json !== undefined && json !== "-") writeFileSync(json, asJson);
process.exit(isPassed(report) ? 0 : 1);
