import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "./run-program.ts";

// A verb tells by the exit code how it ended; what it left open does not keep the process.
process.exit(await runProgram(process, dirname(fileURLToPath(import.meta.url))));
