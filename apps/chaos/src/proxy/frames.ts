/** Cuts a stream of Redis' protocol (RESP 2 and 3) into whole frames: commands one way, replies the other. */
export interface FrameReader {
  /** The frames that are complete with this chunk, in order. They share the memory of what came. */
  push(chunk: Buffer): Buffer[];
}

const CR = 13;
const LF = 10;
const MINUS = 45;

export function createFrameReader(): FrameReader {
  let buffer: Buffer = Buffer.alloc(0);
  /** Where the next element begins. Everything before it is known. */
  let position = 0;
  /** How many elements are missing in each aggregate that is open, the innermost last. */
  const open: number[] = [];
  /** The buffer has to be that long before another look is worth it. */
  let enough = 0;

  return {
    push(chunk) {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      const frames: Buffer[] = [];
      let start = 0;
      while (buffer.length >= enough && readElement()) {
        if (open.length > 0) continue;
        frames.push(buffer.subarray(start, position));
        start = position;
      }
      buffer = buffer.subarray(start);
      position -= start;
      enough = Math.max(0, enough - start);
      return frames;
    },
  };

  /** Steps over one element, or into an aggregate. False: it is not all there. */
  function readElement(): boolean {
    const end = endOfLine(buffer, position);
    if (end < 0) return false;
    const { size, elements } = describeElement(buffer, position, end);
    const next = end + 2 + size;
    if (next > buffer.length) {
      enough = next;
      return false;
    }
    enough = 0;
    position = next;
    if (elements > 0) open.push(elements);
    else closeElement();
    return true;
  }

  /** An element has come to its end, and with it each aggregate whose last one it was. */
  function closeElement(): void {
    while (open.length > 0) {
      open[open.length - 1]! -= 1;
      if (open.at(-1)! > 0) return;
      open.pop();
    }
  }
}

/** What follows the line of an element: bytes of its own, or further elements. */
function describeElement(buffer: Buffer, start: number, end: number): { size: number; elements: number } {
  switch (String.fromCharCode(buffer[start]!)) {
    case "$":
    case "=":
    case "!": {
      const length = readNumber(buffer, start + 1, end);
      return { size: length < 0 ? 0 : length + 2, elements: 0 };
    }
    case "*":
    case "~":
    case ">":
      return { size: 0, elements: Math.max(0, readNumber(buffer, start + 1, end)) };
    case "%":
      return { size: 0, elements: 2 * readNumber(buffer, start + 1, end) };
    case "|":
      // An attribute stands before the value that it belongs to.
      return { size: 0, elements: 2 * readNumber(buffer, start + 1, end) + 1 };
    default:
      // All of it is in the line; so is a command that somebody typed.
      return { size: 0, elements: 0 };
  }
}

/** The index of the line's CR; -1 where the line is not complete. */
export function endOfLine(buffer: Buffer, from: number): number {
  for (let at = buffer.indexOf(CR, from); at >= 0; at = buffer.indexOf(CR, at + 1)) {
    if (at + 1 >= buffer.length) return -1;
    if (buffer[at + 1] === LF) return at;
  }
  return -1;
}

export function readNumber(buffer: Buffer, from: number, to: number): number {
  const isNegative = buffer[from] === MINUS;
  let value = 0;
  for (let at = isNegative ? from + 1 : from; at < to; at += 1) value = value * 10 + buffer[at]! - 48;
  return isNegative ? -value : value;
}
