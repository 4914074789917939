import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Life } from "../fleet/life.ts";
import type { Moment } from "./timeline.ts";

interface LogLine {
  source: string;
  line: string;
}

function readLines(folder: string): LogLine[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .flatMap((name) =>
      readFileSync(join(folder, name), "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => ({ source: basename(name, ".log"), line })),
    );
}

/** The lines of all logs of the fleet that have the text in them. */
export function findInLogs(folder: string, text: string): { log: string; line: string }[] {
  return readLines(folder)
    .filter(({ line }) => line.includes(text))
    .map(({ source, line }) => ({ log: source, line }));
}

/**
 * Reads the logs of the fleet once, and finds the lines that name a task. Each at the time that it was: where a member's clock
 * was off, its log was as well.
 */
export function readLogs(folder: string, lives: readonly Life[]): (taskId: string) => Moment[] {
  const lines = readLines(folder);
  return (taskId) => {
    const marks = [`"taskId":${JSON.stringify(taskId)}`, `"job":"task-${encodeId(taskId)}@`];
    return lines
      .filter(({ line }) => marks.some((mark) => line.includes(mark)))
      .flatMap(({ source, line }) => parseLine(source, line))
      .map((moment) => ({ ...moment, at: timeOf(moment, lives) }));
  };
}

function parseLine(source: string, line: string): Moment[] {
  try {
    const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const { job, execution, attempt } = rest;
    const subject = job ?? (execution === undefined ? "" : `${execution}.${attempt}`);
    return [{ at: Date.parse(String(time)), source, text: `${level}: ${subject} ${msg}` }];
  } catch {
    // Its process was killed while it wrote.
    return [];
  }
}

/** Also where a line may be from either side of a step: these few are only shown. */
export function timeOf({ source, at }: Pick<Moment, "source" | "at">, lives: readonly Life[]): number {
  const steps = lives.filter(({ name }) => name === source).flatMap(({ clockSteps }) => clockSteps);
  const step = steps.find(({ from, to, byMs }) => at - byMs >= from && at - byMs <= (to ?? Infinity));
  return step ? at - step.byMs : at;
}

/** As the queue does it, so far as the load's ids need. */
const encodeId = (taskId: string) =>
  encodeURIComponent(taskId.replaceAll("~", "\0")).replaceAll("%00", "%7E").replaceAll("%", "~");
