import { createWriteStream } from "node:fs";
import { executionKey } from "./evidence/answer.ts";
import type { Sighting } from "./evidence/evidence.ts";
import { type Journal, openJournal } from "./evidence/journal.ts";
import { watchProcesses } from "./evidence/watch-processes.ts";
import type { Story } from "./story.ts";
import type { TrialFolder } from "./trial-folder.ts";

/** What is seen while a trial runs. */
export interface Observation {
  journal: Journal;
  sightings: Sighting[];
  /** Nothing more is looked for; what was seen is on disk when it resolves. */
  stop(): Promise<void>;
}

/** Notes answers, and looks for commands that run while none may: above all right after an end was told. */
export function observe(folder: TrialFolder, story: Story): Observation {
  const sightings: Sighting[] = [];
  const file = createWriteStream(folder.lines("processes"), { flags: "a" });
  const journal = openJournal({
    file: folder.lines("answers"),
    onFirstEnd: ({ call, task }) =>
      watch.lookAfterEnd({ taskId: call.taskId, execution: task?.execution ?? 0 }),
  });
  const watch = watchProcesses({
    tempFolder: folder.temp,
    endOf: (execution) => journal.ends.get(execution),
    onSighting(sighting) {
      sightings.push(sighting);
      file.write(`${JSON.stringify(sighting)}\n`);
      const { kind, taskId, execution } = sighting;
      story.seen(`${kind}, ${executionKey(taskId, execution)}`);
    },
  });
  return {
    journal,
    sightings,
    async stop() {
      watch.stop();
      await journal.close();
      await new Promise<void>((resolve) => file.end(() => resolve()));
    },
  };
}
