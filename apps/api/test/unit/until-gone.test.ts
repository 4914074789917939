import { EventEmitter, getEventListeners } from "node:events";
import { describe, expect, it } from "@jest/globals";
import type { Response } from "express";
import { untilGone } from "../../src/until-gone.ts";

const open = () => Object.assign(new EventEmitter(), { destroyed: false });
const signalOf = (response: object, stopping: AbortSignal) =>
  untilGone(response as unknown as Response, stopping);

describe("the signal of a request", () => {
  it("is aborted by the end of its response, which leaves nothing behind", () => {
    const [response, { signal: stopping }] = [open(), new AbortController()];
    const gone = signalOf(response, stopping);
    expect(gone.aborted).toBe(false);
    expect(getEventListeners(stopping, "abort")).toHaveLength(1);
    response.emit("close");
    expect(gone.aborted).toBe(true);
    expect(getEventListeners(stopping, "abort")).toHaveLength(0);
  });

  it("is aborted by the stop of the process", () => {
    const stop = new AbortController();
    const gone = signalOf(open(), stop.signal);
    stop.abort();
    expect(gone.aborted).toBe(true);
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
    expect(signalOf(open(), stop.signal).aborted).toBe(true);
  });

  it("is aborted from the start if the client has hung up before, and leaves nothing behind", () => {
    const { signal: stopping } = new AbortController();
    const gone = signalOf({ ...open(), destroyed: true }, stopping);
    expect(gone.aborted).toBe(true);
    expect(getEventListeners(stopping, "abort")).toHaveLength(0);
  });
});
