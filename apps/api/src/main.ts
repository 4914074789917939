import { apiSettings } from "@host-runner/contracts";
import { runService } from "@host-runner/service";
import { createApiStart } from "./start-api.ts";

/** Open requests and streams are ended within this time after SIGTERM. */
const STOP_TIMEOUT_MS = 5_000;

await runService(process, {
  name: "api",
  settings: apiSettings,
  stopTimeoutMs: () => STOP_TIMEOUT_MS,
  start: createApiStart({ environment: process.env }),
});
