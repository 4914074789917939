import { getEventListeners } from "node:events";
import { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { openStreams } from "../../src/terminal/streams.ts";

/** A pipe whose reader takes one piece whenever it is told to. */
function openPipe() {
  const written: string[] = [];
  let take = () => {};
  const stdout = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      take = () => {
        written.push(String(chunk));
        done();
      };
    },
  });
  const host = { stdout, stderr: new Writable(), env: {} } as unknown as NodeJS.Process;
  return { stdout, written, take: () => take(), ...openStreams(host) };
}

it("a slow reader is waited for, by any number of writers, and nothing gathers meanwhile", async () => {
  const { out, stdout, take, written, readerGone } = openPipe();
  for (let i = 0; i < 30; i++) {
    let isWritten = false;
    const writing = Promise.all(Array.from({ length: 20 }, () => out.write("x"))).then(() => {
      isWritten = true;
    });
    await turn();
    expect(isWritten).toBe(false);
    expect(stdout.listenerCount("drain")).toBeLessThanOrEqual(1);
    for (let taken = 0; taken < 20; taken++) {
      take();
      await turn();
    }
    await writing;
  }
  expect(written).toHaveLength(600);
  expect(getEventListeners(readerGone, "abort")).toHaveLength(0);
});

it("a reader who goes away is told of, and nobody waits for one any more", async () => {
  const { out, stdout, readerGone } = openPipe();
  const writing = out.write("x");
  stdout.destroy(new Error("EPIPE"));
  await writing;
  await out.write("more");
  expect(readerGone.aborted).toBe(true);
});
