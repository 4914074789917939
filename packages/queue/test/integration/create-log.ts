/** A log that keeps its lines as text. */
export function createLog() {
  const lines: string[] = [];
  const add = (...parts: unknown[]) => void lines.push(parts.map((part) => JSON.stringify(part)).join(" "));
  return { lines, log: { info: add, warn: add, error: add } };
}
