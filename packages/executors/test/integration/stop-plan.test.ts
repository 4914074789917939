import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { availableLevels } from "../containment-levels.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { type TestKeepers, withKeepers } from "../with-keepers.ts";

const SIGINT = 2;
const SIGTERM = 15;
const SIGKILL = 9;

const levels = await availableLevels();
const describeKept = levels.some((level) => level.startsWith("keeper")) ? describe : describe.skip;

/** Says which signals it gets, and goes on. */
const deaf = (name: string) =>
  `trap "echo ${name} INT >>log" INT; trap "echo ${name} TERM >>log" TERM; echo ${name} ready >>log; while :; do sleep 0.01; done`;

const logOf = ({ folder }: TestKeepers) => {
  const path = join(folder, "log");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
};

describeKept("a plan to stop a command", () => {
  it("sends its signals in order, a grace period apart, and then SIGKILL", () =>
    withKeepers({}, async (test) => {
      const command = test.run(deaf("command"), [SIGINT, SIGTERM], 300);
      await waitFor("the command", () => logOf(test).length === 1);
      const start = performance.now();
      command.stop();
      await waitFor("SIGINT", () => logOf(test).length === 2);
      expect(performance.now() - start).toBeLessThan(290);
      await waitFor("SIGTERM", () => logOf(test).length === 3);
      expect(performance.now() - start).toBeGreaterThan(290);
      expect(await command.ended).toMatchObject({ kind: "ended", status: SIGKILL, cause: "stop" });
      expect(performance.now() - start).toBeGreaterThan(590);
      expect(logOf(test)).toEqual(["command ready", "command INT", "command TERM"]);
    }));

  it("ends with the first signal that is enough", () =>
    withKeepers({}, async (test) => {
      const script = `trap "" INT; trap "echo bye >>log; exit 3" TERM; echo ready >>log; while :; do sleep 0.01; done`;
      const command = test.run(script, [SIGINT, SIGTERM], 200);
      await waitFor("the command", () => logOf(test).length === 1);
      command.stop();
      expect(await command.ended).toMatchObject({ kind: "ended", status: 3 << 8, cause: "stop" });
      expect(logOf(test)).toEqual(["ready", "bye"]);
    }));

  it("sends each signal once to each process, whatever group it is in", () =>
    withKeepers({}, async (test) => {
      // A shell that is not interactive has its jobs in the background ignore SIGINT: these are its own programs.
      const script = `setsid bash -c '${deaf("session")}' & ${deaf("command")}`;
      const command = test.run(script, [SIGTERM], 400);
      await waitFor("both", () => logOf(test).length === 2);
      command.stop();
      command.stop();
      await command.ended;
      expect(logOf(test).slice(2).sort()).toEqual(["command TERM", "session TERM"]);
    }));

  it("tells what a command forks to clean up nothing but SIGKILL", () =>
    withKeepers({}, async (test) => {
      const cleanUp = `sleep 0.05; setsid bash -c '${deaf("clean-up")}'; exit`;
      const script = `clean_up() { ${cleanUp}; }; trap clean_up TERM; echo ready >>log; while :; do sleep 0.01; done`;
      const command = test.run(script, [SIGTERM], 500);
      await waitFor("the command", () => logOf(test).length === 1);
      command.stop();
      await command.ended;
      expect(logOf(test)).toEqual(["ready", "clean-up ready"]);
    }));

  it("is carried out for what a command leaves that ends by itself, and ends it truthfully", () =>
    withKeepers({}, async (test) => {
      const script = `setsid bash -c '${deaf("left")}' & until [ -s log ]; do sleep 0.01; done; exit 5`;
      const command = test.run(script, [SIGINT, SIGTERM], 200);
      expect(await command.ended).toEqual({ kind: "ended", status: 5 << 8, cause: "self", survivors: [] });
      // SIGINT is ignored in jobs in the background.
      expect(logOf(test)).toEqual(["left ready", "left TERM"]);
    }));

  it("is cut short where the worker falls silent meanwhile", () =>
    withKeepers({ silentAfterMs: 600 }, async (test) => {
      const seconds = uniqueSeconds();
      const command = test.run(`trap "" TERM; sleep ${seconds} & wait; sleep ${seconds}`, [SIGTERM], 60_000);
      await waitFor("the command", () => sleepersOf(seconds).length === 1);
      command.stop();
      expect(await command.ended).toMatchObject({ kind: "ended", status: SIGKILL, cause: "stop" });
      expect(sleepersOf(seconds)).toEqual([]);
    }));
});

describeKept("a keeper whose worker is silent", () => {
  it("stops its command, and says why", () =>
    withKeepers({ silentAfterMs: 300 }, async ({ run }) => {
      expect(await run("sleep 60").ended).toMatchObject({ kind: "ended", status: SIGTERM, cause: "silence" });
    }));

  it("lets it go on as long as there are beats", () =>
    withKeepers({ silentAfterMs: 300 }, async ({ run, beat }) => {
      const beating = setInterval(() => {
        writeFileSync(beat, String(process.hrtime.bigint()).padStart(20, "0"), { flag: "r+" });
      }, 50);
      try {
        const command = await run("sleep 1; exit 4").ended;
        expect(command).toMatchObject({ kind: "ended", status: 4 << 8, cause: "self" });
      } finally {
        clearInterval(beating);
      }
    }));
});
