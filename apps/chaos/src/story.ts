import { createWriteStream } from "node:fs";
import type { Output } from "./report/output.ts";
import type { Moment } from "./report/timeline.ts";
import type { TrialFolder } from "./trial-folder.ts";

/** What was done to the fleet, and what was noticed while it was: told, written down, and kept for the verdict. */
export interface Story {
  readonly moments: readonly Moment[];
  /** How many faults there were. */
  readonly faults: number;
  fault(text: string): void;
  /** The end of a fault that lasts, or what was met instead of what was planned. */
  remark(text: string): void;
  /** Something that should not have been. */
  seen(text: string): void;
  close(): Promise<void>;
}

export function openStory(folder: TrialFolder, output: Output): Story {
  const moments: Moment[] = [];
  const file = createWriteStream(folder.lines("story"), { flags: "a" });
  let faults = 0;
  const tell = (source: string, text: string, shown: string) => {
    const moment = { at: Date.now(), source, text };
    moments.push(moment);
    file.write(`${JSON.stringify(moment)}\n`);
    output.tell(source, { text }, `  ${shown}`);
  };
  return {
    moments,
    get faults() {
      return faults;
    },
    fault(text) {
      faults += 1;
      tell("fault", text, text);
    },
    remark: (text) => tell("remark", text, text),
    seen: (text) => tell("seen", text, `SEEN ${text}`),
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}
