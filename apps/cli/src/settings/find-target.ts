import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { cliSettings } from "@host-runner/contracts/cli-settings";
import { readEnvironment } from "@host-runner/contracts/environment";
import { DEFAULT_API_URL } from "@host-runner/contracts/words";
import { CliError } from "../cli-error.ts";
import { chooseTarget, type Source, type Target } from "./choose-target.ts";
import { ownConfigPath } from "./config-path.ts";
import type { Profile } from "./parse-config.ts";
import { type ConfigFile, readConfig, warnOfReaders } from "./read-config.ts";

export interface TargetOptions {
  url?: string | undefined;
  profile?: string | undefined;
}

export interface FoundTarget extends Target {
  configFile: ConfigFile;
  warnings: string[];
}

// Without its fallback: here it has to be known whether it was given.
const { fallback: _, ...url } = cliSettings.url;
const settings = { ...cliSettings, url };

/** Where the API is: options before environment before configuration file. Throws `CliError`, `EnvironmentError`. */
export async function findTarget(
  options: TargetOptions,
  environment: NodeJS.ProcessEnv,
): Promise<FoundTarget> {
  const readFile = (path: string) => readFileSync(path, "utf8");
  const { values } = readEnvironment(environment, { settings, readFile });
  const given = parseUrl(options.url);
  const configFile = await readConfig(ownConfigPath(environment));
  const warnings = [...configFile.warnings];
  const ofProfile = (name: string | undefined): Source[] => {
    if (name === undefined) return [];
    const profile = findProfile(name, configFile);
    const token = profile.token ?? readTokenFile(profile, configFile, warnings);
    return [{ name: `profile ${name}`, url: profile.url, token }];
  };
  const sources: Source[] = [
    { name: "--url", url: given },
    ...ofProfile(options.profile),
    { name: "environment", url: values.url, token: values.token },
    ...(options.profile === undefined ? ofProfile(values.profile ?? configFile.config?.profile) : []),
  ];
  return { ...chooseTarget(sources, DEFAULT_API_URL), configFile, warnings };
}

function parseUrl(text: string | undefined): string | undefined {
  if (text === undefined || cliSettings.url.schema.safeParse(text).success) return text;
  throw new CliError(`--url must be ${cliSettings.url.accepts}, not ${JSON.stringify(text)}`);
}

function findProfile(name: string, { path, config }: ConfigFile): Profile {
  if (path === null) {
    throw new CliError(
      `profile ${JSON.stringify(name)} cannot be looked for: this user has no home folder. Set HOME or XDG_CONFIG_HOME`,
    );
  }
  const profiles = config?.profiles ?? {};
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile) return profile;
  const names = Object.keys(profiles);
  const known =
    names.length > 0 ? `it has ${names.join(", ")}` : config ? "it has none" : "there is no such file";
  throw new CliError(`profile ${JSON.stringify(name)} is not in ${path}: ${known}`);
}

function readTokenFile(
  { token_file }: Profile,
  configFile: ConfigFile,
  warnings: string[],
): string | undefined {
  if (token_file === undefined || configFile.path === null) return undefined;
  const path = resolve(dirname(configFile.path), token_file);
  try {
    const token = readFileSync(path, "utf8").trim();
    warnings.push(...warnOfReaders(path));
    if (cliSettings.token.schema.safeParse(token).success) return token;
  } catch (error) {
    throw new CliError(`the token file cannot be read: ${(error as Error).message}`);
  }
  throw new CliError(`${path} must hold ${cliSettings.token.accepts}`);
}
