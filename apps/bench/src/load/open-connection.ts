import { connect, type Socket } from "node:net";

/** A connection to an HTTP server that stays open, for one request after the other. */
export interface Connection {
  /** Sends a request as it is, and resolves with the status of its answer when all of that is there. */
  ask(request: Buffer): Promise<number>;
  close(): void;
}

const BUFFER_BYTES = 64 * 1024;

/**
 * As bare as can be: what the load generator costs, it takes from the server that is measured. It understands what servers
 * on Node send: a body with its length told before, or in chunks.
 */
export async function openConnection({ hostname, port }: URL): Promise<Connection> {
  let answer = "";
  let resolve: (status: number) => void;
  let reject: (error: Error) => void = () => {};
  const socket = await connected(hostname, Number(port), onBytes);
  socket.on("error", (error) => reject(error));
  socket.on("close", () => reject(new Error("the server has closed the connection")));
  return {
    ask(request) {
      return new Promise((onAnswer, onError) => {
        resolve = onAnswer;
        reject = onError;
        socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };

  function onBytes(bytes: Buffer): void {
    answer += bytes.toString("latin1");
    if (!isWhole(answer)) return;
    const status = Number(answer.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
    answer = "";
    resolve(status);
  }
}

function connected(host: string, port: number, onBytes: (bytes: Buffer) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    const callback = (length: number) => {
      onBytes(buffer.subarray(0, length));
      return true;
    };
    const socket = connect({ host, port, noDelay: true, onread: { buffer, callback } });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket.off("error", reject)));
  });
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, end)) ?? [];
  if (length === undefined) return answer.endsWith("\r\n0\r\n\r\n");
  return answer.length === end + "\r\n\r\n".length + Number(length);
}
