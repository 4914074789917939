import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listenForStopRequests } from "@host-runner/service";
import { measureRows } from "./measure-rows.ts";
import { parseOptions } from "./parse-options.ts";
import { toMarkdown } from "./report/markdown.ts";
import { toSvg } from "./report/plot.ts";
import type { Report } from "./report/report.ts";
import { toText } from "./report/text.ts";
import { putBetweenMarkers } from "./report/write-docs.ts";
import { allRows } from "./rows/all-rows.ts";

const docs = (name: string) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));

const { from, json, svg, docs: writesDocs, rows, quick } = parseOptions(process.argv, allRows);
// npm passes on the Ctrl-C that the terminal has sent to both.
const requests = listenForStopRequests(process, { echoMs: 200 });
requests.hurry.addEventListener("abort", () => process.exit(1));

const report = from === undefined ? await measure() : (JSON.parse(readFileSync(from, "utf8")) as Report);
if (report === null) process.exit(1);

const asJson = `${JSON.stringify(report, null, 2)}\n`;
process.stdout.write(json === "-" ? asJson : toText(report));
if (json !== undefined && json !== "-") writeFileSync(json, asJson);
if (svg !== undefined) writeFileSync(svg, toSvg(report));
if (writesDocs) {
  const page = docs("performance.md");
  writeFileSync(page, putBetweenMarkers(readFileSync(page, "utf8"), toMarkdown(report)));
  writeFileSync(docs("performance.svg"), toSvg(report));
}
process.exit(report.failures.length === 0 ? 0 : 1);

function measure(): Promise<Report | null> {
  return measureRows({
    ...{ rows, quick, path: process.env.PATH ?? "", stop: requests.stop },
    tell: (progress) => process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${progress}\n`),
  });
}
