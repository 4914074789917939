import { Command, InvalidArgumentError } from "commander";
import { type FaultKind, faultKinds } from "./plan/fault.ts";
import type { TrialOptions } from "./plan/plan-trial.ts";

export interface ChaosOptions extends TrialOptions {
  /** Where the trial's folder is made. */
  folder: string;
  /** Whether it stays when everything held. */
  keep: boolean;
}

/** Reads the command line; `--help` and mistakes end the process, as commander does it. */
export function parseOptions(argv: readonly string[], newSeed: () => string): ChaosOptions {
  const program = new Command("chaos")
    .description(
      "Puts load on a fleet of real processes, kills and freezes them by a seeded plan, and checks that no task " +
        "was lost, every one ended once, and nothing of it ran on.",
    )
    .option("--tasks <number>", "tasks to submit", positive, 300)
    .option("--minutes <number>", "how long load and faults last", positive, 1)
    .option("--seed <text>", "of the plan; another one each time where it is not given")
    .option("--lease <seconds>", "HOST_RUNNER_LEASE_SECONDS of the workers", positive, 3)
    .option("--without <kinds>", "faults to leave out of the plan, separated by commas", parseKinds, [])
    .option("--folder <path>", "where the trial's folder is made", ".host-runner/chaos")
    .option("--keep", "keep the folder also where everything held", false)
    .parse([...argv]);
  const { seed = newSeed(), tasks, lease, ...rest } = program.opts<GivenOptions>();
  return { seed, tasks: Math.ceil(tasks), leaseSeconds: lease, ...rest };
}

type GivenOptions = Omit<ChaosOptions, "leaseSeconds" | "seed"> & { seed?: string; lease: number };

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}

function parseKinds(text: string): FaultKind[] {
  return text.split(",").map((name) => {
    const kind = faultKinds.find((known) => known === name.trim());
    if (kind) return kind;
    throw new InvalidArgumentError(`There is no fault "${name}"; there are ${faultKinds.join(", ")}.`);
  });
}
