import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ClientError } from "./client-error.ts";
import type { ParseEvent } from "./events.ts";
import { createPatience, type RetryListener } from "./patience.ts";
import { createTimeLimit, type TimeLimit } from "./time-limit.ts";
import { readChunks } from "./transport.ts";

interface FollowOptions<Event> {
  /** Asks for the events after one, at whatever API process answers. */
  open: (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;
  parse: ParseEvent<Event>;
  lastEventId?: string | undefined;
  signal: AbortSignal | undefined;
  patienceMs: number;
  /** Beyond it a connection counts as dead. The API sends a comment every 15 s. */
  silenceMs: number;
  onRetry: RetryListener | undefined;
}

/** A connection that was cut sooner than this, and brought nothing new, was none. */
const WELL_MS = 1_000;

const NO_CONTENT = 204;

/**
 * Events up to the end. A connection that is cut, falls silent or cannot be made is made again, and goes on where
 * the last one was: no event is lost or doubled, but that a status may be told again.
 */
export async function* followEvents<Event extends { type: string }>(
  options: FollowOptions<Event>,
): AsyncGenerator<Event, void, undefined> {
  const { open, parse, signal, patienceMs, silenceMs, onRetry } = options;
  const patience = createPatience({ patienceMs, repeatable: true, signal, onRetry });
  let { lastEventId } = options;
  for (;;) {
    const limit = createTimeLimit(silenceMs, signal, `nothing was heard for ${silenceMs / 1000} s`);
    const openedAt = performance.now();
    let failure: unknown = new ClientError("unreachable", "the stream of events was cut");
    try {
      const response = await open(lastEventId, limit.signal);
      if (response.status === NO_CONTENT) return;
      for await (const message of readMessages(response, limit)) {
        const event = parse(message);
        // A place is new by its id; where there is none, the parser knows.
        const isNew = message.id === undefined ? event !== null : message.id !== lastEventId;
        if (isNew || performance.now() - openedAt > WELL_MS) patience.renew();
        lastEventId = message.id ?? lastEventId;
        if (event === null) continue;
        yield event;
        if (event.type === "end") return;
      }
    } catch (error) {
      failure = toFailure(error, limit.signal);
    } finally {
      limit.dispose();
    }
    await patience.bear(failure);
  }
}

/** What was thrown while reading: a connection that broke, unless it says more itself. */
function toFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ClientError || error instanceof SyntaxError) return error;
  return new ClientError("unreachable", "the connection was cut", { cause: error });
}

async function* readMessages(response: Response, limit: TimeLimit): AsyncGenerator<EventSourceMessage> {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const decoder = new TextDecoder();
  for await (const chunk of readChunks(response, limit.restart)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* messages.splice(0);
  }
}
