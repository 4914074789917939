import { createWriteStream } from "node:fs";
import { type EndedStatus, isEnded } from "@host-runner/contracts";
import { type Answer, executionKey } from "./answer.ts";

/** What the clients were told, in memory for the checks and in a file for people. */
export interface Journal {
  readonly answers: Answer[];
  /** When an answer first said that the execution has ended; by `executionKey`. */
  readonly ends: ReadonlyMap<string, { at: number; status: EndedStatus }>;
  note(answer: Answer): void;
  close(): Promise<void>;
}

interface JournalOptions {
  file: string;
  /** Called before anything else happens, as soon as an answer is the first to say that an execution has ended. */
  onFirstEnd: (answer: Answer) => void;
}

export function openJournal({ file, onFirstEnd }: JournalOptions): Journal {
  const answers: Answer[] = [];
  const ends = new Map<string, { at: number; status: EndedStatus }>();
  const stream = createWriteStream(file, { flags: "a" });
  return {
    answers,
    ends,
    note(answer) {
      const { task, call } = answer;
      if (task && isEnded(task.status) && !ends.has(executionKey(call.taskId, task.execution))) {
        ends.set(executionKey(call.taskId, task.execution), { at: answer.receivedAt, status: task.status });
        onFirstEnd(answer);
      }
      answers.push(answer);
      stream.write(`${JSON.stringify(answer)}\n`);
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}
