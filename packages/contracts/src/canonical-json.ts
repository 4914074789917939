import { configure } from "safe-stable-stringify";

/**
 * JSON with sorted keys, so that equal content gives equal text. Throws on what JSON cannot say, and a
 * RangeError where the value is nested too deeply to be walked.
 */
export const canonicalJson: (value: unknown) => string = (() => {
  const stringify = configure({ deterministic: true, strict: true });
  return (value) => stringify(value) ?? "null";
})();
