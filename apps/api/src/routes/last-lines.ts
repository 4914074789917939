import type { OutputPart } from "@host-runner/queue";

type Written = Extract<OutputPart, { kind: "output" }>;

const NEWLINE = 0x0a;

/**
 * The last `count` lines of an output that is given from its end to its beginning, in the order in which they were written,
 * and the gaps between them. Reads no further than to the beginning of the first line, and has at most `maxBytes`: the end
 * of a longer text. A line that has not ended counts as one. No lines are the place after the last byte.
 */
export async function lastLines(
  newestFirst: AsyncIterable<OutputPart>,
  count: number,
  maxBytes: number,
): Promise<OutputPart[]> {
  const parts: OutputPart[] = [];
  let isEmpty = true;
  let bytes = 0;
  let missing = count;
  for await (const part of newestFirst) {
    if (part.kind === "gap") {
      parts.push(part);
      continue;
    }
    if (count === 0) return [from(part, part.bytes.length)];
    if (bytes + part.bytes.length > maxBytes) break;
    // The newline behind the last line begins no further one.
    if (isEmpty && part.bytes.at(-1) === NEWLINE) missing += 1;
    isEmpty = false;
    const { begin, newlines } = beginOfLines(part.bytes, missing);
    if (begin < part.bytes.length) parts.push(from(part, begin));
    bytes += part.bytes.length;
    missing -= newlines;
    if (missing === 0) break;
  }
  return parts.reverse();
}

/** Where the text after the `count`th newline from the end begins; 0 where there are fewer, and how many there are. */
function beginOfLines(bytes: Buffer, count: number): { begin: number; newlines: number } {
  let begin = bytes.length;
  for (let newlines = 0; newlines < count; newlines++) {
    const newline = begin === 0 ? -1 : bytes.lastIndexOf(NEWLINE, begin - 1);
    if (newline === -1) return { begin: 0, newlines };
    begin = newline;
  }
  return { begin: begin + 1, newlines: count };
}

/** The part from one of its bytes on. */
function from(part: Written, begin: number): Written {
  return { ...part, offset: part.offset + begin, bytes: part.bytes.subarray(begin) };
}
