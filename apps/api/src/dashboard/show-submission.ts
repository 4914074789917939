import { REDACTED, type Redactor } from "@host-runner/contracts";
import { shorten } from "./shorten.ts";

/** Fields of a submission that the API shows as well, with the task. */
const ON_THE_TASK = new Set([
  ...["run_id", "executor", "timeout_seconds", "max_attempts", "labels", "metadata"],
  ...["execution_mode", "workspace"],
]);

export interface Whereabouts {
  /** The task's address at the API. */
  address: string;
  /** The key of its record in Redis. */
  key: string;
}

/**
 * A submission, given as JSON, for eyes: without secrets, and each field short. Secrets are taken out first, as a part
 * of one is not recognized. Pure.
 */
export function showSubmission(json: string, redactor: Redactor, { address, key }: Whereabouts): unknown {
  const data = withoutSecrets(JSON.parse(json), redactor);
  const allOf = (name: string) => (ON_THE_TASK.has(name) ? `GET ${address}` : `HGET ${key} data, in Redis`);
  if (typeof data !== "object" || data === null) return shortenValue(data, allOf(""));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, shortenValue(value, allOf(name))]),
  );
}

/** The value itself where it is short, else the beginning of its text. */
function shortenValue(value: unknown, whereAllIs: string): unknown {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const shown = shorten(text, whereAllIs);
  return shown === text ? value : shown;
}

/** Paths and queries of callback URLs carry secrets too. */
function withoutSecrets(data: unknown, redactor: Redactor): unknown {
  const redacted = redactor.json(data);
  if (typeof redacted !== "object" || redacted === null || !("status_callback_url" in redacted))
    return redacted;
  const { status_callback_url: url } = redacted;
  return {
    ...redacted,
    status_callback_url: typeof url === "string" && URL.canParse(url) ? new URL(url).origin : REDACTED,
  };
}
