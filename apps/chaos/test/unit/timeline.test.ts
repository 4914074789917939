import { describe, expect, it } from "@jest/globals";
import { parseLedger } from "../../src/evidence/ledger.ts";
import { parseReceipts } from "../../src/receiver/receipt.ts";
import { timeOf } from "../../src/report/read-logs.ts";
import { formatMoment, timelineOf } from "../../src/report/timeline.ts";
import { BEGAN, goodEvidence, life } from "../good-evidence.ts";

describe("the time of a line in a log", () => {
  const clockSteps = [{ from: BEGAN + 1_000, to: BEGAN + 5_000, byMs: 3_600_000 }];
  const lives = [life({ name: "worker-2", clockSteps })];

  it.each([
    ["is the one that it has", "worker-2", 500, 500],
    ["is set right where the member's clock was off", "worker-2", 3_602_000, 2_000],
    ["is not touched by another member's clock", "worker-1", 3_602_000, 3_602_000],
  ])("%s", (_, source, written, real) => {
    expect(timeOf({ source, at: BEGAN + written }, lives)).toBe(BEGAN + real);
  });
});

describe("the timeline of a task", () => {
  it("puts answers, ledger, logs and faults in one order, and says nothing twice", () => {
    const evidence = goodEvidence();
    evidence.answers.splice(2, 0, { ...evidence.answers[1]!, receivedAt: BEGAN + 350 });
    const timeline = timelineOf("lasting", evidence, {
      story: [
        { at: BEGAN + 200, source: "fault", text: "kill-worker 1" },
        { at: BEGAN + 90_000, source: "fault", text: "long after" },
      ],
      logs: () => [{ at: BEGAN + 2_900, source: "worker-2", text: "warn: gone" }],
    });
    expect(timeline.map(formatMoment)).toEqual([
      "00:00:00.000  api-1      submit: 202, queued, execution 1, attempt 0 of 2",
      "00:00:00.100  ledger     start of 1.1, pid 100",
      "00:00:00.150  receiver   running of 1.1, seq 1, evt_last: 503",
      "00:00:00.200  fault      kill-worker 1",
      "00:00:00.300  api-1      read: 200, running, execution 1, attempt 1 of 2",
      "00:00:00.400  api-1      read: no answer, a problem",
      "00:00:00.500  api-1      read: 503, a problem",
      "00:00:01.300  receiver   running of 1.1, seq 1, evt_last: 204",
      "00:00:02.900  worker-2   warn: gone",
      "00:00:03.000  ledger     start of 1.2, pid 100",
      "00:00:03.100  receiver   running of 1.2, seq 2, evt_last: late",
      "00:00:03.800  ledger     end of 1.2, pid 100 with exit code 0",
      "00:00:04.000  api-1      read: 200, success, execution 1, attempt 2 of 2",
      "00:00:04.000  receiver   success of 1.2, seq 3, evt_last: 204",
    ]);
  });
});

describe("the journal of the receiver", () => {
  it("is read past a line in whose midst its writer was killed", () => {
    const [first, second] = goodEvidence().receipts.map((receipt) => JSON.stringify(receipt));
    expect(parseReceipts(`\n${first}\n${first?.slice(0, 50)}\n${second}\n`)).toEqual(
      goodEvidence().receipts.slice(0, 2),
    );
  });
});

describe("the ledger", () => {
  it("is read as the command writes it", () => {
    expect(
      parseLedger("start\ta b\t1\t2\t33\t1700000000123456\t-\nend\ta b\t1\t2\t33\t1700000000223456\t7\n"),
    ).toEqual([
      {
        what: "start",
        taskId: "a b",
        execution: 1,
        attempt: 2,
        pid: 33,
        at: 1700000000123.456,
        exitCode: null,
      },
      { what: "end", taskId: "a b", execution: 1, attempt: 2, pid: 33, at: 1700000000223.456, exitCode: 7 },
    ]);
  });

  it("is not read past a line that is none", () => {
    expect(() => parseLedger("start\ta")).toThrow(/not a line/);
  });
});
