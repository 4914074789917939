import type { Request, Response } from "express";

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

/** A reader that takes nothing for so long is cut; it goes on with Last-Event-ID. */
const UNREAD_MS = 30_000;

/** Sends events until there are no more, the reader goes, or the process stops. */
export async function sendEvents(
  request: Request,
  response: Response,
  stopping: AbortSignal,
  events: (signal: AbortSignal) => AsyncIterable<SentEvent>,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
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
    for await (const event of events(AbortSignal.any([stopping, gone.signal]))) {
      if (!response.write(format(event))) await untilRead(response, gone);
    }
  } finally {
    clearInterval(comments);
    response.end();
  }
}

function format({ id, name, data }: SentEvent): string {
  return `event: ${name}\n${id === null ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** Nothing more is read from Redis for a reader who does not read. */
async function untilRead(response: Response, gone: AbortController): Promise<void> {
  if (gone.signal.aborted) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => response.destroy(), UNREAD_MS);
    const settle = () => {
      clearTimeout(cut);
      gone.signal.removeEventListener("abort", settle);
      resolve();
    };
    response.once("drain", settle);
    gone.signal.addEventListener("abort", settle, { once: true });
  });
}
