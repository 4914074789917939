import type { Setting } from "@host-runner/contracts";
import { cliSettings } from "@host-runner/contracts/cli-settings";
import * as z from "zod";
import { CliError } from "../cli-error.ts";

/** The same as in the environment. */
const like = ({ schema, accepts }: Setting<string>) =>
  z.string().refine((text) => schema.safeParse(text).success, `must be ${accepts}`);

const profileSchema = z
  .strictObject({
    url: like(cliSettings.url).optional(),
    token: like(cliSettings.token).optional(),
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

/** The text of a configuration file. Throws `CliError` that names each thing that is wrong with it. Pure. */
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
