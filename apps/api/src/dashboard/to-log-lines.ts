import { stripVTControlCharacters } from "node:util";
import { type OutputStream, outputStreams } from "@host-runner/contracts";
import type { OutputPiece } from "@host-runner/queue";

/** A browser becomes slow with more. */
const MAX_LINES = 2_000;

/**
 * A task's output as lines for people, in the order in which they were finished. Lines of stderr are marked, and a
 * gap is told where it is. Colours are left out; each state of a progress line that a carriage return goes back over
 * is a line of its own. Pure.
 */
export function toLogLines(pieces: OutputPiece[]): string[] {
  const lines: string[] = [];
  const begun: Record<OutputStream, string> = { stdout: "", stderr: "" };
  const finish = (stream: OutputStream) => {
    if (begun[stream] !== "") lines.push(...formatLine(stream, begun[stream]));
    begun[stream] = "";
  };
  const note = (text: string) => lines.push(`--- ${text} ---`);

  let attempt = 1;
  for (const piece of pieces) {
    if (piece.after.attempt !== attempt) {
      for (const stream of outputStreams) finish(stream);
      attempt = piece.after.attempt;
      note(`attempt ${attempt}`);
    }
    const { stream } = piece;
    if (piece.kind === "gap") {
      finish(stream);
      note(`${piece.to - piece.from} bytes of ${stream} are not shown`);
      continue;
    }
    const [first = "", ...rest] = piece.bytes.toString("utf8").split("\n");
    begun[stream] += first;
    for (const next of rest) {
      lines.push(...formatLine(stream, begun[stream]));
      begun[stream] = next;
    }
  }
  for (const stream of outputStreams) finish(stream);
  if (lines.length <= MAX_LINES) return lines;
  return ["--- what comes before is not shown ---", ...lines.slice(-MAX_LINES)];
}

function formatLine(stream: OutputStream, line: string): string[] {
  const states = stripVTControlCharacters(line)
    .split("\r")
    .filter((state) => state !== "");
  const shown = states.length > 0 ? states : [""];
  return stream === "stderr" ? shown.map((state) => `stderr | ${state}`) : shown;
}
