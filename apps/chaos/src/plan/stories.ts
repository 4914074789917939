import type { Random } from "../random.ts";
import type { PlannedTask } from "./planned-task.ts";

/** What a story says of a task; the rest is drawn for all alike. */
export type Story = Partial<Omit<PlannedTask, "taskId" | "submitAtMs">> & { prompt: string };

/** Long beyond every timeout here: only a stop ends it. */
const FOREVER = "sleep=600";

const seconds = (value: number) => value.toFixed(2);

/** The stories of the load, each as often as it stands here. Prompts are read by fixtures/command.sh. */
export function stories(random: Random): (() => Story)[] {
  const sleep = (min: number, max: number) => `sleep=${seconds(random.between(min, max))}`;
  const child = () => random.pick(["background", "setsid", "daemon"]);
  const attempts = () => ({ maxAttempts: random.integer(2, 4), backoffSeconds: random.between(0, 0.8) });
  const cancelRunning = () => ({ when: "running" as const, afterMs: random.between(0, 600) });
  const mock = (prompt: string, more: Partial<Story> = {}): Story => ({ executor: "mock", prompt, ...more });
  const times = (count: number, story: () => Story) => Array.from({ length: count }, () => story);
  return [
    // Ends by itself
    ...times(7, () => ({ prompt: sleep(0, 0.4) })),
    ...times(5, () => ({ prompt: sleep(0.8, 3), ...attempts() })),
    // Longer than a lease: what runs on a worker that is frozen.
    ...times(4, () => ({ prompt: sleep(4, 12), ...attempts() })),
    ...times(3, () => ({ prompt: `${sleep(4, 12)} ${child()}` })),
    ...times(1, () => ({ prompt: `${sleep(0, 0.3)} print=${random.integer(1, 200_000)}` })),
    ...times(4, () => ({ prompt: `${sleep(0.1, 1.5)} ${child()} ${child()}`, ...attempts() })),
    // Fails
    ...times(3, () => ({ prompt: `${sleep(0, 0.3)} succeed-at=${random.integer(2, 3)}`, ...attempts() })),
    ...times(2, () => ({ prompt: `${sleep(0, 0.3)} exit=${random.integer(1, 200)} ${child()}` })),
    ...times(1, () => ({ prompt: `${sleep(0, 0.2)} die` })),
    ...times(2, () => ({ prompt: `${FOREVER} ${child()}`, timeoutSeconds: 1 })),
    ...times(1, () => ({ prompt: `ignore-term ${FOREVER}`, timeoutSeconds: 1 })),
    // Canceled
    ...times(2, () => ({ prompt: sleep(0, 1), cancel: { when: "at-once" } })),
    ...times(2, () => ({ prompt: `${FOREVER} ${child()}`, cancel: cancelRunning() })),
    ...times(1, () => ({ prompt: `ignore-term ${FOREVER} ${child()}`, cancel: cancelRunning() })),
    ...times(2, () => ({
      prompt: "exit=3",
      maxAttempts: 4,
      backoffSeconds: random.between(2, 6),
      cancel: { when: "backoff" },
    })),
    ...times(2, () => ({
      prompt: `${sleep(0, 3)} exit=${random.integer(0, 1)}`,
      ...attempts(),
      cancel: { when: "later", afterMs: random.between(0, 4_000) },
    })),
    // Again
    ...times(2, () => ({ prompt: `${sleep(0, 0.5)} ${child()}`, sequels: ["rerun", "rerun"] })),
    ...times(2, () => ({ prompt: sleep(0, 0.5), sequels: ["resubmit", "rerun"] })),
    ...times(2, () => ({
      prompt: sleep(0, 0.5),
      idempotencyKey: "",
      sequels: ["replay", "rerun", "replay"],
    })),
    ...times(1, () => ({ prompt: sleep(0.5, 2), conflicts: true })),
    // Without a process
    ...times(3, () => mock("an echo")),
    ...times(2, () => mock(`mock:sleep ${seconds(random.between(0.5, 3))}`, attempts())),
    ...times(1, () => mock("mock:fail 4", attempts())),
    ...times(1, () => mock("mock:crash")),
    ...times(1, () => mock("mock:hang", { timeoutSeconds: 1 })),
    ...times(1, () => mock("mock:hang", { cancel: cancelRunning() })),
  ];
}
