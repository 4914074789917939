import { randomBytes } from "node:crypto";
import type { ContainmentLevel } from "../src/config.ts";
import { findPerl } from "../src/keeper/helper.ts";
import { removeCgroup } from "../src/shell/containment/cgroup.ts";
import { makeWorkerCgroup } from "../src/shell/containment/detect-cgroup.ts";

/** The levels of containment that this host and user offer, strongest first. */
export async function availableLevels(): Promise<ContainmentLevel[]> {
  if (process.platform !== "linux") return ["group"];
  if (findPerl() === null) return ["marks"];
  const cgroup = await makeWorkerCgroup(randomBytes(12).toString("hex"));
  if (cgroup !== null) removeCgroup(cgroup);
  // Where a stronger one is there, the weaker ones can be tried too. Not "group": on Linux it takes the zombies of
  // those that init has not noticed yet for living.
  return cgroup === null ? ["keeper", "marks"] : ["keeper-with-cgroup", "keeper", "marks"];
}
