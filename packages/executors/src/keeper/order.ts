import { closeSync, existsSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { EndCause, FailedStep, StopPlan } from "./protocol.ts";

/** How an order came to its end. */
export type OrderEnd =
  /** The command ran, and nothing of it is left but the survivors. `status` is its wait status. */
  | { kind: "ended"; status: number; cause: EndCause; survivors: number[] }
  /** The command could not be started. */
  | { kind: "failed"; step: FailedStep; errno: number }
  /** It was stopped before anything was started. */
  | { kind: "withdrawn" }
  /** Its keeper was killed, so nobody knows how the command ended. Nothing is left but the survivors. */
  | { kind: "lost"; survivors: number[] }
  /** No keeper could be had for it. Nothing was started. */
  | { kind: "refused"; error: unknown };

/** A command to be run by a keeper. */
export interface Order {
  /** Also names the request file. Another one each time it is asked for. */
  id: number;
  request: string;
  plan: StopPlan;
  /** What the environment of its processes holds. */
  mark: string;
  /** How often a keeper was asked to run it in vain. */
  failedTries: number;
  /** How many ticks it has waited for its start, or since its stop for its end. */
  ticks: number;
  isStopping: boolean;
  /** Whether somebody waits for its end: a withdrawn one has been settled, while its keeper is busy with it yet. */
  isSettled: boolean;
  failure: { step: FailedStep; errno: number } | null;
  settle(end: OrderEnd): void;
}

/** Where the request files of a worker are. */
export interface RequestFolder {
  /** Throws what the system does. */
  write(order: Order): void;
  /**
   * Takes the order back, if the process that is to become its command has not claimed it: that one starts nothing
   * then. False where it has.
   */
  withdraw(order: Order): boolean;
}

export function createRequestFolder(folder: string): RequestFolder {
  const pathOf = ({ id }: Order) => join(folder, `request-${id}`);
  return {
    write(order) {
      const path = pathOf(order);
      // "wx": never into a file, or through a link, that is already there.
      const file = openSync(path, "wx", 0o600);
      try {
        const content = Buffer.from(order.request);
        for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
      } catch (error) {
        unlinkSync(path);
        throw error;
      } finally {
        closeSync(file);
      }
    },
    withdraw(order) {
      // As a rule it is gone, and an error costs more than a look.
      if (!existsSync(pathOf(order))) return false;
      try {
        unlinkSync(pathOf(order));
        return true;
      } catch {
        return false;
      }
    },
  };
}
