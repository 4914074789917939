import type { Request, Response } from "express";
import { write } from "./send-pieces.ts";
import { untilGone } from "./until-gone.ts";

/** A server-sent event: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface SentEvent {
  /** What Last-Event-ID gives back; null for an event that moves nothing on. */
  id: string | null;
  name: string;
  data: object;
}

/** So that proxies, and readers, know that the connection lives. */
const COMMENT = ": alive\n\n";
const COMMENT_MS = 15_000;

/**
 * Sends events until there are no more, the reader goes, or the process stops. A reader that takes nothing for 30 s is cut,
 * and goes on with Last-Event-ID.
 */
export async function sendEvents(
  request: Request,
  response: Response,
  stopping: AbortSignal,
  events: (signal: AbortSignal) => AsyncIterable<SentEvent>,
): Promise<void> {
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    // A proxy that compresses would hold events back until it has a block of them.
    "Cache-Control": "no-store, no-transform",
    // nginx would hold events back.
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  // Some proxies pass the headers on with the first bytes of the body.
  response.write(COMMENT);
  const comments = setInterval(() => response.write(COMMENT), COMMENT_MS);
  try {
    for await (const event of events(untilGone(response, stopping))) await write(response, format(event));
  } finally {
    clearInterval(comments);
    response.end();
  }
}

function format({ id, name, data }: SentEvent): string {
  return `event: ${name}\n${id === null ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
