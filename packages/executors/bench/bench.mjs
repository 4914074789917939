/**
 * What the shell executor costs, beside a yardstick that is measured in the same run. Build first, then
 *
 *     node packages/executors/bench/bench.mjs [cgroup|cookie|group]
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createExecutors, createOutputRecorder } from "../dist/index.js";
import { measure, median, paired } from "./paired.mjs";

const containment = process.argv[2] ?? "cgroup";
const stateDir = mkdtempSync(join(tmpdir(), "host-runner-bench-"));
const GIB = 1024 ** 3;

console.log(`node ${process.version}, ${process.platform}, asked for ${containment}`);
for (const benchmark of [shortCommands, muchOutput, cancelLatency, idle]) await benchmark();
rmSync(stateDir, { recursive: true, force: true });

async function shortCommands() {
  await withShell({ template: "/bin/true", shell: "none" }, async (run) => {
    const bare = () => new Promise((resolve) => spawn("/bin/true").on("close", resolve));
    // A worker runs for days: what the compiler does to its first thousand commands is not what they cost.
    await measure(2000, 4, () => run());
    const { yardstick, subject, ratio } = await paired({
      yardstick: () => measure(300, 4, bare),
      subject: () => measure(300, 4, () => run()),
      rounds: 15,
    });
    report("/bin/true at concurrency 4", [
      `${subject.perSecond.toFixed(0)}/s, a bare child_process.spawn ${yardstick.perSecond.toFixed(0)}/s`,
      verdict("ratio", ratio, ">=", 0.7),
      verdict("worker CPU ms each", subject.cpuMs, "<=", 2.5),
      `bare ${yardstick.cpuMs.toFixed(2)} ms`,
    ]);
  });
}

async function muchOutput() {
  const bytes = 2 * GIB;
  // What the yardstick and the command print with.
  const print = `head -c ${bytes} /dev/zero`;
  await withShell({ template: print, shell: "bash -c" }, async (run) => {
    const throughCat = () =>
      new Promise((resolve) => spawn("bash", ["-c", `${print} | cat | cat >/dev/null`]).on("exit", resolve));
    let peak = 0;
    const before = process.memoryUsage.rss();
    const sampler = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);
    const { yardstick, subject, ratio } = await paired({
      yardstick: () => measure(1, 1, throughCat),
      subject: () => measure(1, 1, () => run()),
      rounds: 3,
    });
    clearInterval(sampler);
    report("2 GiB of output", [
      `${(2 * subject.perSecond).toFixed(2)} GiB/s, cat | cat ${(2 * yardstick.perSecond).toFixed(2)} GiB/s`,
      verdict("ratio", ratio, ">=", 0.6),
      verdict("RSS grown by MiB", (peak - before) / 1024 ** 2, "<=", 64),
    ]);
  });
}

async function cancelLatency() {
  await withShell({ template: "sleep 60", shell: "bash -c" }, async (run) => {
    const latencies = [];
    for (let round = 0; round < 50; round++) {
      const controller = new AbortController();
      const result = run(controller.signal);
      await sleep(30);
      const start = performance.now();
      controller.abort("cancel");
      await result;
      latencies.push(performance.now() - start);
    }
    report("cancel of sleep, from signal to result", [
      verdict("p50 ms", median(latencies), "<=", 20),
      `longest ${Math.max(...latencies).toFixed(1)} ms`,
    ]);
  });
}

async function idle() {
  await withShell({ template: "sleep 60", shell: "bash -c" }, async (run) => {
    const controller = new AbortController();
    const results = Array.from({ length: 4 }, () => run(controller.signal));
    await sleep(200);
    const cpu = process.cpuUsage();
    await sleep(3000);
    const { user, system } = process.cpuUsage(cpu);
    controller.abort("shutdown");
    await Promise.all(results);
    report("idle, with 4 silent commands", [verdict("CPU ms a second", (user + system) / 1000 / 3, "<=", 1)]);
  });
}

/** Starts an executor for one benchmark; `use` gets a function that runs the template once. */
async function withShell({ template, shell }, use) {
  const { PATH, HOME } = process.env;
  const executors = createExecutors({
    workerId: "bench",
    mockDurationMs: 0,
    gracePeriodMs: 2000,
    shell: {
      template,
      shell,
      envAllow: [],
      allowedRoots: null,
      environment: { PATH, HOME },
      stateDir,
      containment,
    },
  });
  await executors.start();
  const executor = executors.resolve("shell");
  const attempt = { taskId: "t", runId: "r", execution: 1, attempt: 1, prompt: "p", projectRoot: null };
  const never = new AbortController().signal;
  try {
    await use((signal = never) =>
      executor.execute(attempt, { signal, output: createOutputRecorder({ tailBytes: 65_536 }) }),
    );
  } finally {
    await executors.close();
  }
}

function verdict(name, value, relation, limit) {
  const met = relation === ">=" ? value >= limit : value <= limit;
  return `${name} ${value.toFixed(2)} (${relation} ${limit}: ${met ? "met" : "NOT MET"})`;
}

function report(title, lines) {
  console.log(`${title}\n  ${lines.join("\n  ")}`);
}
