#!/usr/bin/env node
// A file that is there before the build, so that installing can link the command to it.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error("host-runner is not built yet: run `npm run build` in its folder");
  process.exitCode = 2;
}
