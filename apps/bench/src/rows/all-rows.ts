import type { Row } from "../row.ts";
import { backlog } from "./backlog.ts";
import { calls } from "./calls.ts";
import { cancel } from "./cancel.ts";
import { dispatch } from "./dispatch.ts";
import { drain } from "./drain.ts";
import { follow } from "./follow.ts";
import { footprint } from "./footprint.ts";
import { memory } from "./memory.ts";
import { output } from "./output.ts";
import { reads } from "./reads.ts";
import { scaling } from "./scaling.ts";
import { shell } from "./shell.ts";
import { steadyOutput } from "./steady-output.ts";
import { submissions } from "./submissions.ts";
import { watchers } from "./watchers.ts";

/** In the order of the table. */
export const allRows: readonly Row[] = [
  submissions,
  drain,
  shell,
  dispatch,
  cancel,
  reads,
  memory,
  backlog,
  output,
  steadyOutput,
  follow,
  watchers,
  footprint,
  scaling,
  calls,
];
