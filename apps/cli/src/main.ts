import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ignoreHangUpWithoutTerminal } from "@host-runner/service/stop-requests";
import { runProgram } from "./run-program.ts";

// `nohup host-runner wait ...` goes on when the terminal is closed.
ignoreHangUpWithoutTerminal(process);

// A verb tells by the exit code how it ended; what it left open does not keep the process.
process.exit(await runProgram(process, dirname(fileURLToPath(import.meta.url))));
