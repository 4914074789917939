/** What the program says while it runs and at its end. */
export interface Output {
  /** Lines for people, or the fields of one event for programs. */
  tell(event: string, fields: object, text: string): void;
}

interface OutputOptions {
  stdout: { isTTY?: boolean; write(text: string): unknown };
}

/** To a terminal: readable lines. To anything else: a JSON object a line. */
export function createOutput({ stdout }: OutputOptions): Output {
  return {
    tell(event, fields, text) {
      const time = new Date().toISOString();
      if (stdout.isTTY) stdout.write(`${time.slice(11, 19)}  ${text}\n`);
      else stdout.write(`${JSON.stringify({ time, event, ...fields })}\n`);
    },
  };
}
