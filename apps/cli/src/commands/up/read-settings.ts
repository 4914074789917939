import { readFileSync } from "node:fs";
import {
  apiSettings,
  commonSettings,
  knownNames,
  readEnvironment,
  type SettingValues,
  workerSettings,
} from "@host-runner/contracts";

/** What `up` itself has to know; the children read the rest, and the same again, themselves. */
const settings = {
  redisUrl: { ...commonSettings.redisUrl, required: false },
  host: apiSettings.host,
  port: apiSettings.port,
  apiTokens: apiSettings.apiTokens,
  workerHost: workerSettings.workerHost,
  drainSeconds: workerSettings.drainSeconds,
  graceSeconds: workerSettings.graceSeconds,
} as const;

export type UpSettings = SettingValues<typeof settings>;

/** Throws `EnvironmentError` with all problems. */
export function readSettings(environment: NodeJS.ProcessEnv): UpSettings {
  const readFile = (path: string) => readFileSync(path, "utf8");
  return readEnvironment(environment, { settings, knownNames, readFile }).values;
}
