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
  /** Answers each command by the error that `refusal` names for it, instead of passing it on; null passes it on. */
  refuse(refusal: ((command: string[]) => string | null) | null): void;
  /** Cuts all connections. */
  cut(): void;
  /** Cuts the first connection of whose commands so far that is true. */
  cutOnce(when: (sent: string) => boolean): void;
}

/** Runs the body with a road to the Redis at `url`. Where that is away, so is the road's end. */
export async function withRoad<T>(url: string, body: (road: Road) => Promise<T>): Promise<T> {
  const { pathname } = new URL(url);
  const waiting = new Map<Socket, { redis: Socket; chunks: Buffer[]; sent: string }>();
  let blocked = false;
  let cutWhen: ((sent: string) => boolean) | null = null;
  let refusal: ((command: string[]) => string | null) | null = null;
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
      else if (refusal) refuseIn(chunk, refusal);
      else redis.write(chunk);
    });
    redis.pipe(client);
    let rest: Buffer = Buffer.alloc(0);
    const refuseIn = (chunk: Buffer, of: (command: string[]) => string | null) => {
      const { commands, end, all } = parseCommands(Buffer.concat([rest, chunk]));
      for (const { words, bytes } of commands) {
        const error = of(words);
        // Redis itself says it, so that it stands in the order of its answers.
        redis.write(
          error === null ? bytes : format(["EVAL", "return redis.error_reply(ARGV[1])", "0", error]),
        );
      }
      rest = all.subarray(end);
    };
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
      refuse(next) {
        refusal = next;
      },
      cut() {
        for (const client of waiting.keys()) client.destroy();
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

function format(words: string[]): string {
  return [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word]), ""].join(
    "\r\n",
  );
}

/** The whole commands at the beginning of what a client sent, as arrays of bulk strings. */
function parseCommands(all: Buffer) {
  const commands: { words: string[]; bytes: Buffer }[] = [];
  let end = 0;
  for (;;) {
    const command = parseCommand(all, end);
    if (!command) return { commands, end, all };
    commands.push({ words: command.words, bytes: all.subarray(end, command.end) });
    end = command.end;
  }
}

function parseCommand(all: Buffer, start: number): { words: string[]; end: number } | null {
  let position = start;
  const readNumber = () => {
    const lineEnd = all.indexOf("\r\n", position);
    if (lineEnd === -1) return null;
    const number = Number(all.toString("latin1", position + 1, lineEnd));
    position = lineEnd + 2;
    return number;
  };
  const count = readNumber();
  if (count === null) return null;
  const words: string[] = [];
  for (let i = 0; i < count; i++) {
    const length = readNumber();
    if (length === null || position + length + 2 > all.length) return null;
    words.push(all.toString("latin1", position, position + length));
    position += length + 2;
  }
  return { words, end: position };
}
