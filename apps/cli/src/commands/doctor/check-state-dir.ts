import { findStateDir, findStateDirProblem } from "@host-runner/executors";
import { type Finding, ok, problem } from "./finding.ts";

/** Where a worker that this user started here would keep what its successors have to find. */
export function checkStateDir(given: string | undefined, environment: NodeJS.ProcessEnv): Finding {
  const what = "State folder";
  const path = given ?? findStateDir({ environment, uid: process.getuid?.() ?? 0 });
  const wrong = findStateDirProblem(path);
  if (wrong === null) return ok(what, `${path} (${given ? "HOST_RUNNER_STATE_DIR" : "default"})`);
  return problem(
    what,
    `${path} ${wrong}`,
    "a worker with the shell executor does not start until that is mended",
  );
}
