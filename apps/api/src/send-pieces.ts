import type { Request, Response } from "express";

/** A reader that takes nothing for so long is cut. */
const UNREAD_MS = 30_000;

/**
 * Sends an answer in pieces, and asks for the next one only when the client reads: the answer may be of any size. What
 * is thrown before the first piece can still be answered as a problem; after it, Express cuts the connection, so that a
 * client never takes a part for the whole.
 */
export async function sendPieces(
  request: Request,
  response: Response,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  for await (const piece of pieces) {
    if (request.method === "HEAD" || response.destroyed) break;
    await write(response, piece);
  }
  if (!response.destroyed) response.end();
}

/** Resolves when more may be written, or the client has gone. */
export async function write(response: Response, piece: string | Uint8Array): Promise<void> {
  if (response.destroyed || response.write(piece)) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => response.destroy(), UNREAD_MS);
    const settle = () => {
      clearTimeout(cut);
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}
