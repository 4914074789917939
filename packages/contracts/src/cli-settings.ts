/**
 * The settings of the command line, which talks to an API. Without a schema library: that takes longer to load than
 * all else that `host-runner ls` does.
 */
import type { Setting, TextSchema } from "./environment.ts";
import { DEFAULT_API_URL } from "./words.ts";

/** Takes a text where the condition holds. */
const textWhere = (isValid: (text: string) => boolean): TextSchema<string> => ({
  safeParse: (text) =>
    isValid(text)
      ? { success: true, data: text }
      : { success: false, error: { issues: [{ message: "Invalid input" }] } },
});

export const cliSettings = {
  url: {
    name: "HOST_RUNNER_URL",
    schema: textWhere(isApiUrl),
    accepts: "an http or https URL without user, query and fragment",
    fallback: DEFAULT_API_URL,
  },
  token: {
    name: "HOST_RUNNER_TOKEN",
    schema: textWhere((text) => /^[\x21-\x7e]+$/.test(text)),
    accepts: "a token of HOST_RUNNER_API_TOKENS, without spaces",
    secret: true,
  },
  profile: {
    name: "HOST_RUNNER_PROFILE",
    schema: textWhere(() => true),
    accepts: "the name of a profile in the configuration file",
  },
} as const satisfies Record<string, Setting<unknown>>;

/** fetch refuses credentials in a URL, and a query or a fragment would swallow the path. */
function isApiUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return ["http:", "https:"].includes(protocol) && !username && !password && !search && !hash;
}
