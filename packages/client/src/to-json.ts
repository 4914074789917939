import { invalidArgument } from "./client-error.ts";

/**
 * A value as JSON. Throws a `ClientError` that names the place of what JSON cannot say, where JSON.stringify would send
 * something else: NaN and Infinity as null, -0 as 0, and what is no data not at all.
 */
export function toJson(value: unknown): string {
  const paths = new Map<unknown, string>();
  return JSON.stringify(value, function (this: unknown, name: string, member: unknown) {
    const parent = paths.get(this) ?? "";
    const path = parent === "" ? name : `${parent}.${name}`;
    const problem = judge(member, Array.isArray(this));
    if (problem) throw invalidArgument(path, problem);
    if (typeof member === "object") paths.set(member, path);
    return member;
  });
}

function judge(value: unknown, isInList: boolean): string | null {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) return `${value} is no JSON: send it as a string`;
      return Object.is(value, -0) ? "-0 would become 0: send 0" : null;
    case "bigint":
      return "a bigint is no JSON: send it as a string";
    case "function":
    case "symbol":
      return `a ${typeof value} is no JSON`;
    case "undefined":
      return isInList ? "undefined would become null: send null" : null;
    default:
      return null;
  }
}
