import { randomBytes } from "node:crypto";
import type { ContainmentLevel } from "../src/config.ts";
import { removeCgroup } from "../src/shell/containment/cgroup.ts";
import { detectContainment } from "../src/shell/containment/detect-containment.ts";

/** The levels of containment that this host and user offer, strongest first. */
export async function availableLevels(): Promise<ContainmentLevel[]> {
  const workerKey = randomBytes(12).toString("hex");
  const { level, cgroup } = await detectContainment({ workerKey, strongest: "cgroup" });
  if (cgroup) removeCgroup(cgroup.path);
  // Where a stronger one is there, the weaker ones can be tried too. Not "group": on Linux it takes the zombies of
  // those that init has not noticed yet for living.
  return level === "cgroup" ? ["cgroup", "cookie"] : [level];
}
