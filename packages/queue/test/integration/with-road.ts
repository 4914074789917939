import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to Redis that can be blocked. */
export interface Road {
  /** Redis' address on it. */
  url: string;
  /** What clients send waits from here on; answers still come. */
  block(): void;
  /** Lets go what waits, in its order. */
  open(): void;
  /** Cuts the first connection of whose commands so far that is true. */
  cutOnce(when: (sent: string) => boolean): void;
}

/** Runs the body with a road to the Redis at `url`. Where that is away, so is the road's end. */
export async function withRoad<T>(url: string, body: (road: Road) => Promise<T>): Promise<T> {
  const { pathname } = new URL(url);
  const clients = new Set<Socket>();
  let blocked = false;
  let cutWhen: ((sent: string) => boolean) | null = null;
  const server = createServer((client) => {
    const redis = connect(pathname);
    clients.add(client);
    let sent = "";
    client.on("data", (chunk) => {
      sent += chunk.toString("latin1");
      if (!cutWhen?.(sent)) return void redis.write(chunk);
      cutWhen = null;
      client.destroy();
    });
    if (blocked) client.pause();
    redis.pipe(client);
    for (const socket of [client, redis]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        clients.delete(client);
        client.destroy();
        redis.destroy();
      });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const set = (value: boolean) => {
    blocked = value;
    for (const client of clients) blocked ? client.pause() : client.resume();
  };
  try {
    const { port } = server.address() as AddressInfo;
    return await body({
      url: `redis://127.0.0.1:${port}`,
      block: () => set(true),
      open: () => set(false),
      cutOnce(when) {
        cutWhen = when;
      },
    });
  } finally {
    server.close();
    for (const client of clients) client.destroy();
  }
}
