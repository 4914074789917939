import { readFileSync, statSync } from "node:fs";
import { cliSettings } from "@host-runner/contracts/settings";
import { z } from "zod";
import { CliError } from "../cli-error.ts";

const profileSchema = z
  .strictObject({
    url: cliSettings.url.schema.meta({ error: cliSettings.url.accepts }).optional(),
    token: cliSettings.token.schema.optional(),
    /** A path; relative to the folder of the configuration file. */
    token_file: z.string().min(1).optional(),
  })
  .refine(({ token, token_file }) => token === undefined || token_file === undefined, {
    error: "has both token and token_file: leave one out",
  });

const configSchema = z.strictObject({
  /** The name of the profile that is used where none is asked for. */
  profile: z.string().optional(),
  profiles: z.record(z.string(), profileSchema).optional().default({}),
});

export type Profile = z.output<typeof profileSchema>;
export type Config = z.output<typeof configSchema>;

export interface ConfigFile {
  path: string;
  /** Null where there is no such file. */
  config: Config | null;
  warnings: string[];
}

/** Reads the configuration file. Throws `CliError` that names each thing that is wrong with it. */
export function readConfig(path: string): ConfigFile {
  const text = readText(path);
  if (text === null) return { path, config: null, warnings: [] };
  const config = parseConfig(text, path);
  const hasToken = Object.values(config.profiles).some(({ token }) => token !== undefined);
  return { path, config, warnings: hasToken ? warnOfReaders(path) : [] };
}

/** Pure. */
export function parseConfig(text: string, path: string): Config {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const result = configSchema.safeParse(content);
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `  ${path.join(".") || "it"}: ${message}`,
    );
    throw new CliError(`${path} cannot be used:\n${problems.join("\n")}`);
  }
  const { profile, profiles } = result.data;
  if (profile !== undefined && !Object.hasOwn(profiles, profile)) {
    throw new CliError(`${path} names the profile ${JSON.stringify(profile)}, which it does not have`);
  }
  return result.data;
}

/** Who else may read a file with a secret. On Windows the folder's own rights decide. */
export function warnOfReaders(path: string): string[] {
  if (process.platform === "win32") return [];
  const readableByOthers = (statSync(path).mode & 0o077) !== 0;
  return readableByOthers ? [`${path} holds a token, and others may read it: chmod 600 ${path}`] : [];
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new CliError(`${path} cannot be read: ${message}`);
  }
}
