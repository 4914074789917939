import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  port: number;
  url: string;
  server: Server;
  /** Those that came in full. */
  requests: ReceivedRequest[];
  /** All that were ever made, in their order. */
  connections: Socket[];
}

/** Runs the body with a real HTTP server on 127.0.0.1, and closes it afterwards with all of its connections. */
export async function withReceiver<T>(
  handle: RequestListener,
  body: (receiver: Receiver) => Promise<T>,
): Promise<T> {
  const requests: ReceivedRequest[] = [];
  const connections: Socket[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      // It was broken off.
      return;
    }
    const { method = "", url: path = "", headers } = request;
    requests.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
    handle(request, response);
  });
  server.on("connection", (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await body({ port, url: `http://127.0.0.1:${port}/callback`, server, requests, connections });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
