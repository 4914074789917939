import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to Redis that can be blocked. */
export interface Road {
  /** Redis' address on it. */
  url: string;
  /** What clients send waits from here on; answers still come. */
  block(): void;
  /** All commands that wait, as they were sent. */
  waiting(): string;
  /** Lets go what waits, in its order. */
  open(): void;
  /** Lets no answer through any more on the connections of whose commands so far that is true. */
  mute(when: (sent: string) => boolean): void;
  /** Cuts the first connection of whose commands so far that is true. */
  cutOnce(when: (sent: string) => boolean): void;
}

/** Runs the body with a road to the Redis at `url`. Where that is away, so is the road's end. */
export async function withRoad<T>(url: string, body: (road: Road) => Promise<T>): Promise<T> {
  const { pathname } = new URL(url);
  const waiting = new Map<Socket, { redis: Socket; chunks: Buffer[]; sent: string }>();
  let blocked = false;
  let cutWhen: ((sent: string) => boolean) | null = null;
  const server = createServer((client) => {
    const redis = connect(pathname);
    const chunks: Buffer[] = [];
    const connection = { redis, chunks, sent: "" };
    waiting.set(client, connection);
    client.on("data", (chunk) => {
      connection.sent += chunk.toString("latin1");
      if (cutWhen?.(connection.sent)) {
        cutWhen = null;
        client.destroy();
      } else if (blocked) chunks.push(chunk);
      else redis.write(chunk);
    });
    redis.pipe(client);
    for (const socket of [client, redis]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        waiting.delete(client);
        client.destroy();
        redis.destroy();
      });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return await body({
      url: `redis://127.0.0.1:${port}`,
      block() {
        blocked = true;
      },
      waiting: () => [...waiting.values()].map(({ chunks }) => Buffer.concat(chunks).toString()).join(""),
      open() {
        blocked = false;
        for (const { redis, chunks } of waiting.values()) {
          for (const chunk of chunks.splice(0)) redis.write(chunk);
        }
      },
      mute(when) {
        for (const [client, { redis, sent }] of waiting) {
          if (when(sent)) redis.unpipe(client).resume();
        }
      },
      cutOnce(when) {
        cutWhen = when;
      },
    });
  } finally {
    server.close();
    for (const client of waiting.keys()) client.destroy();
  }
}
