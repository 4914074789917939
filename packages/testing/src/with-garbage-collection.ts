import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Often enough to come within any deadline, seldom enough to leave time for what is tested. */
const COLLECT_EVERY_MS = 200;

/**
 * Runs the body while everything that nobody holds is collected again and again: a timer or signal that only works
 * until then does not work.
 */
export async function withGarbageCollection<T>(body: () => Promise<T>): Promise<T> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const timer = setInterval(collect, COLLECT_EVERY_MS);
  try {
    return await body();
  } finally {
    clearInterval(timer);
  }
}
