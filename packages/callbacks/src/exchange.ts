/**
 * One HTTP request and its answer.
 */
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https, { type RequestOptions } from "node:https";

/** More of an answer is of no use, and the connection is dropped rather than read out. */
const MAX_ANSWER_BYTES = 64 * 1024;

interface ExchangeOptions extends RequestOptions {
  protocol: "http:" | "https:";
}

export type Exchange =
  | { kind: "answered"; status: number; retryAfter: string | undefined }
  /** `wasStale`: the receiver closed a connection of an earlier request just as it was used again. */
  | { kind: "broken"; error: Error; wasStale: boolean }
  | { kind: "too-late" };

/**
 * Posts the body, unless `isMine` is false by the time that there is a connection. Resolves
 * when the answer has ended or was cut, and the connection is free or closed. Never rejects: an answer counts from its
 * status on, whatever comes of its body.
 */
export function exchange(options: ExchangeOptions, body: Buffer, isMine: () => boolean): Promise<Exchange> {
  const request = (options.protocol === "https:" ? https : http).request(options);
  let answer: IncomingMessage | undefined;
  let failure: Error | undefined;
  let isTooLate = false;

  request.on("socket", (socket) => {
    if (request.reusedSocket) writeInTime();
    else socket.once(options.protocol === "https:" ? "secureConnect" : "connect", writeInTime);
  });
  request.on("response", (response) => {
    answer = response;
    discard(response);
  });
  request.on("error", (error) => {
    failure ??= error;
  });
  return new Promise((resolve) => request.on("close", () => resolve(conclude())));

  /** The last byte waits until the kernel has taken all others: a process that froze meanwhile finds out here. */
  function writeInTime() {
    unlessTooLate(() => {
      request.write(body.subarray(0, -1), (error) => {
        if (!error) unlessTooLate(() => request.end(body.subarray(-1)));
      });
    });
  }

  function unlessTooLate(write: () => void) {
    if (isMine()) return write();
    isTooLate = true;
    request.destroy();
  }

  function conclude(): Exchange {
    if (answer) {
      return { kind: "answered", status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] };
    }
    if (isTooLate) return { kind: "too-late" };
    const error = failure ?? new Error("the connection was closed without an answer");
    return { kind: "broken", error, wasStale: isStale(request, error) };
  }
}

function discard(response: IncomingMessage) {
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) response.destroy();
  });
  // A body that breaks off changes nothing any more.
  response.on("error", () => {});
}

function isStale({ reusedSocket }: ClientRequest, error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
}
