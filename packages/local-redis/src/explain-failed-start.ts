import { join } from "node:path";

/** A start on this address cannot work, and one on another may. */
export function isAddressProblem(logLines: readonly string[]): boolean {
  return logLines.some((line) =>
    /Failed opening Unix socket|Could not create server TCP listening socket|Address already in use|Failed listening on port/i.test(
      line,
    ),
  );
}

interface FailedStart {
  dir: string;
  /** What the server wrote since this start. */
  logLines: readonly string[];
  /** How it ended. */
  ending: string;
}

/** What went wrong and what to do, with the log's last lines. */
export function explainFailedStart({ dir, logLines, ending }: FailedStart): string {
  return [
    `Redis did not start in ${dir}: ${ending}.`,
    ...logLines.slice(-8).map((line) => `  ${line}`),
    ...advise(dir, logLines),
  ].join("\n");
}

function advise(dir: string, logLines: readonly string[]): string[] {
  const text = logLines.join("\n");
  if (/Bad file format|Unrecoverable error reading the append only|AOF/i.test(text)) {
    const named = /redis-check-aof --fix <?([^\s>]+)>?/.exec(text)?.[1];
    const file = named?.startsWith("/") ? named : join(dir, "appendonlydir", "appendonly.aof.manifest");
    return [
      "Its append-only file is damaged. Keep a copy of the folder, then repair it with",
      `  redis-check-aof --fix '${file}'`,
      "which cuts off what follows the damage. Or remove the folder: its tasks are then gone.",
    ];
  }
  if (/No space left/i.test(text)) return ["The disk is full: make room, then start again."];
  if (/Permission denied|EACCES/i.test(text)) {
    return [`The folder is not writable for this user: change its owner, or start elsewhere.`];
  }
  if (/can't handle RDB format|unsupported.*version/i.test(text)) {
    return ["Its data were written by a newer Redis: start that one, or remove the folder."];
  }
  return [`All of it is in ${join(dir, "redis.log")}. Or use another Redis: REDIS_URL=redis://host:6379`];
}
