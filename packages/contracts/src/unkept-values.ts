import { judgeValue, MAX_FLAWS } from "./json-flaws.ts";
import type { FieldError } from "./words.ts";

/**
 * What of a JSON value cannot be kept as it is, each with its path: numbers, texts that have no UTF-8 form, and the name
 * `__proto__`, which many programs lose or take for something else. Tells about MAX_FLAWS at most. Throws a RangeError
 * where the value is nested too deeply to be walked.
 */
export function findUnkeptValues(value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = [];
  walk(value, [path], errors);
  return errors;
}

/** The same for the names of an object's own members alone. */
export function findUnkeptNames(value: unknown, path: string): FieldError[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((name) => {
    const message = judgeName(name);
    return message === null ? [] : [{ path: `${path}.${name}`, message }];
  });
}

/** A lone surrogate has no UTF-8 form: it could be stored only as something else. */
export const NOT_WELL_FORMED = "must be well-formed Unicode text";

/** `path` is the same list all the way: nearly no value needs it. */
function walk(value: unknown, path: (string | number)[], errors: FieldError[]): void {
  if (errors.length >= MAX_FLAWS) return;
  const message = judge(value);
  if (message !== null) errors.push({ path: path.join("."), message });
  if (typeof value !== "object" || value === null) return;
  const depth = path.length;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      path[depth] = i;
      walk(value[i], path, errors);
    }
  } else {
    for (const name of Object.keys(value)) {
      path[depth] = name;
      const problem = judgeName(name);
      if (problem !== null) errors.push({ path: path.join("."), message: problem });
      walk((value as Record<string, unknown>)[name], path, errors);
    }
  }
  path.length = depth;
}

function judge(value: unknown): string | null {
  switch (typeof value) {
    case "number":
      return judgeValue(value);
    case "string":
      return value.isWellFormed() ? null : NOT_WELL_FORMED;
    case "undefined":
    case "boolean":
    case "object":
      return null;
    default:
      return "is not JSON";
  }
}

function judgeName(name: string): string | null {
  if (name === "__proto__") return "is a name that many programs lose: use another one";
  return name.isWellFormed() ? null : "has a name that is no well-formed Unicode text";
}
