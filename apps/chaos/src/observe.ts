import { createWriteStream } from "node:fs";
import { executionKey } from "./evidence/answer.ts";
import type { Sighting } from "./evidence/evidence.ts";
import { type Journal, openJournal } from "./evidence/journal.ts";
import { type Stall, watchPace } from "./evidence/watch-pace.ts";
import { watchProcesses } from "./evidence/watch-processes.ts";
import { type Probe, watchReadiness } from "./evidence/watch-readiness.ts";
import type { Fleet } from "./fleet/start-fleet.ts";
import type { Story } from "./story.ts";
import type { TrialFolder } from "./trial-folder.ts";

/** What is seen while a trial runs. */
export interface Observation {
  journal: Journal;
  sightings: Sighting[];
  probes: Probe[];
  stalls: Stall[];
  /** Nothing more is looked for; what was seen is on disk when it resolves. */
  stop(): Promise<void>;
}

/**
 * Notes answers, asks all processes whether they are ready, and looks for commands that run while none may: above
 * all right after an end was told.
 */
export function observe(folder: TrialFolder, fleet: Fleet, story: Story): Observation {
  const sightings: Sighting[] = [];
  const probes: Probe[] = [];
  const stalls: Stall[] = [];
  const file = createWriteStream(folder.lines("processes"), { flags: "a" });
  const probesFile = createWriteStream(folder.lines("probes"), { flags: "a" });
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
  const readiness = watchReadiness({
    members: () => [...fleet.apis, ...fleet.workers],
    onProbe(probe) {
      probes.push(probe);
      probesFile.write(`${JSON.stringify(probe)}\n`);
    },
  });
  const pace = watchPace((stall) => stalls.push(stall));
  return {
    ...{ journal, sightings, probes, stalls },
    async stop() {
      watch.stop();
      readiness.stop();
      pace.stop();
      await journal.close();
      for (const stream of [file, probesFile]) {
        await new Promise<void>((resolve) => stream.end(() => resolve()));
      }
    },
  };
}
