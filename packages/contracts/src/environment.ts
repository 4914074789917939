import { closest, distance } from "fastest-levenshtein";

/** What reads a setting's text: a zod schema, or a function that answers like one, for who must start at once. */
export interface TextSchema<T> {
  safeParse(
    text: string,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { code?: string | undefined; message: string }[] } };
}

/** One environment variable: what it accepts, in words, and what it is where it is not set. */
export interface Setting<T> {
  name: string;
  /** Reads the variable's text; its output is the setting's value. */
  schema: TextSchema<T>;
  /** Completes "NAME must be ...". */
  accepts: string;
  /** Text that stands in for an absent variable; without it the setting is `undefined` where it is absent. */
  fallback?: string;
  /** Whether it has to be given. `accepts` then says how. */
  required?: boolean;
  /** A secret may also be given as NAME_FILE, the path of a file that holds it. */
  secret?: boolean;
}

type Settings = Record<string, Setting<unknown>>;

// biome-ignore lint/suspicious/noExplicitAny: only `any` infers the output of each setting.
type SettingValue<S> = S extends Setting<any> ? ReadValue<S> : never;
type ReadValue<S extends Setting<unknown>> = S extends { fallback: string } | { required: true }
  ? Output<S["schema"]>
  : Output<S["schema"]> | undefined;
type Output<S> = S extends TextSchema<infer T> ? T : never;
export type SettingValues<S> = { [K in keyof S]: SettingValue<S[K]> };

/** What stops a start: each problem names its variable and what it accepts. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The environment has ${problems.length} problem(s):\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.problems = problems;
  }
}

interface ReadEnvironmentOptions<S extends Settings> {
  settings: S;
  /** Every name that any of host-runner's programs reads, so that a shared environment file warns of none; absent: of none at all. */
  knownNames?: readonly string[];
  /** Reads a NAME_FILE. May throw. */
  readFile: (path: string) => string;
}

/**
 * Turns an environment into settings. Throws one `EnvironmentError` with all problems; `warnings` names each
 * HOST_RUNNER_ variable that nobody reads, with the nearest one that exists.
 */
export function readEnvironment<S extends Settings>(
  environment: Record<string, string | undefined>,
  { settings, knownNames, readFile }: ReadEnvironmentOptions<S>,
): { values: SettingValues<S>; warnings: string[] } {
  const problems: string[] = [];
  const entries = Object.entries(settings).map(([key, setting]) => [key, readSetting(setting)]);
  if (problems.length > 0) throw new EnvironmentError(problems);
  return { values: Object.fromEntries(entries), warnings: unknownNames(environment, knownNames) };

  function readSetting(setting: Setting<unknown>): unknown {
    const text = readText(setting);
    if (text === undefined) {
      if (setting.required) problems.push(`${setting.name} is not set: it must be ${setting.accepts}`);
      return undefined;
    }
    const result = setting.schema.safeParse(text);
    if (result.success) return result.data;
    // A secret's value does not belong in a log.
    const given = setting.secret ? "" : `, not ${JSON.stringify(text)}`;
    // A schema's own message, where it has one, says more than "must be"; zod's generic ones say less.
    const issue = result.error.issues.find(({ code }) => code === "custom");
    const detail = issue && issue.message !== "Invalid input" ? ` (${issue.message})` : "";
    problems.push(`${setting.name} must be ${setting.accepts}${given}${detail}`);
    return undefined;
  }

  function readText({ name, secret, fallback }: Setting<unknown>): string | undefined {
    // An empty variable is an absent one: compose files and CI pass unset ones on that way.
    const direct = environment[name] || undefined;
    const path = secret ? environment[`${name}_FILE`] || undefined : undefined;
    if (path === undefined) return direct ?? fallback;
    if (direct !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set: set one`);
      return fallback;
    }
    try {
      return readFile(path).trim();
    } catch (error) {
      problems.push(`${name}_FILE must be a readable file: ${(error as Error).message}`);
      return fallback;
    }
  }
}

/** Beyond this many edits a name is not a misspelling of another. */
const MAX_MISSPELLING = 6;

function unknownNames(
  environment: Record<string, unknown>,
  knownNames: readonly string[] | undefined,
): string[] {
  if (knownNames === undefined) return [];
  return Object.keys(environment)
    .filter((name) => name.startsWith("HOST_RUNNER_") && !knownNames.includes(name))
    .map((name) => {
      const nearest = closest(name, [...knownNames]);
      const hint = distance(name, nearest) <= MAX_MISSPELLING ? `: did you mean ${nearest}?` : "";
      return `${name} is no setting of host-runner and has no effect${hint}`;
    });
}
