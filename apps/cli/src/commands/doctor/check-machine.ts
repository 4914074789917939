import { readFileSync } from "node:fs";
import {
  apiSettings,
  cliSettings,
  EnvironmentError,
  knownNames,
  readEnvironment,
  workerSettings,
} from "@host-runner/contracts";
import { CliError } from "../../cli-error.ts";
import { ownConfigPath } from "../../settings/config-path.ts";
import { readConfig } from "../../settings/read-config.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** The oldest that every part works with: the manifest's `engines`. */
const OLDEST_NODE = [20, 19] as const;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNew) return ok("Node", version);
  return problem("Node", `${version} is too old`, `install Node ${OLDEST_NODE.join(".")} or newer`);
}

const readFile = (path: string) => readFileSync(path, "utf8");
const redisUrl = { ...workerSettings.redisUrl, required: false } as const;

/** What of the environment can be tried out or judged; nothing where it is wrong, which `checkEnvironment` tells. */
export function readTrials(environment: NodeJS.ProcessEnv) {
  const { host, apiTokens } = apiSettings;
  const { commandTemplate, shell, trustedPrograms, stateDir, callbackDenyPrivate, callbackAllow } =
    workerSettings;
  const settings = {
    ...{ redisUrl, commandTemplate, shell, trustedPrograms, stateDir },
    ...{ host, apiTokens, callbackDenyPrivate, callbackAllow },
  };
  try {
    return readEnvironment(environment, { settings, readFile }).values;
  } catch (error) {
    if (error instanceof EnvironmentError) return null;
    throw error;
  }
}

/** What a command of host-runner finds in its own environment. */
const GIVEN_TO_COMMANDS = /^HOST_RUNNER_(TASK_ID|RUN_ID|EXECUTION|ATTEMPT)$/;

/** All programs' settings, as this shell would hand them on. */
export function checkEnvironment(environment: NodeJS.ProcessEnv): Finding[] {
  const what = "Environment";
  const settings = { ...apiSettings, ...workerSettings, ...cliSettings, redisUrl };
  const own = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !GIVEN_TO_COMMANDS.test(name)),
  );
  try {
    const { warnings } = readEnvironment(own, { settings, knownNames, readFile });
    const set = knownNames.filter((name) => own[name]);
    const findings = warnings.map((text) => warning(what, text, "correct its name, or unset it"));
    return findings.length > 0
      ? findings
      : [ok(what, set.length > 0 ? `sets ${set.join(", ")}` : "sets nothing")];
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return error.problems.map((text) => problem(what, text, "set it to that, or unset it"));
  }
}

export async function checkConfiguration(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const what = "Configuration";
  const path = ownConfigPath(environment);
  if (path === null) return [ok(what, "none (this user has no home folder: HOME is not set)")];
  try {
    const { config, warnings } = await readConfig(path);
    if (config === null) return [ok(what, `none (${path})`)];
    const names = Object.keys(config.profiles).join(", ") || "none";
    return [
      ok(what, `${path}, profiles: ${names}`),
      ...warnings.map((text) => warning(what, "a token that others may read", text)),
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [problem(what, error.message, "correct the file")];
  }
}
