import type { Socket } from "node:net";
import { type Command, parseCommand } from "./command.ts";
import { createFrameReader } from "./frames.ts";
import { createOutbox } from "./outbox.ts";
import { isBlocking } from "./refuse-command.ts";
import { createReplies } from "./replies.ts";
import { createTransactions } from "./transaction.ts";

interface RelayOptions {
  client: Socket;
  /** A connection to Redis of the client's own; it may not stand yet. */
  redis: Socket;
  /** With which words the command is refused; null: it passes. */
  refuse: (command: Command) => string | null;
}

/** One client's connection through the proxy. */
export interface Relay {
  /** Hangs up. */
  cut(): void;
  /** Redis ends the wait of a client that waits in it, and hangs up. */
  unblock(text: string): void;
  /**
   * From the client's next script on Redis gets what the client asks, and its answers stay here. What only waits in Redis is
   * answered until then.
   */
  hold(): void;
  /** The answers that stayed here go on. */
  release(): void;
}

const DISCARD = Buffer.from("*1\r\n$7\r\nDISCARD\r\n");
const SUBSCRIPTION = /^[ps]?(un)?subscribe$/;
const SCRIPT = /^eval(sha)?$/;
const errorOf = (text: string) => Buffer.from(`-${text}\r\n`);

/**
 * Relays between a client and Redis, untouched; a command that is refused gets its error in its turn, and Redis does not
 * get it. Knows neither MONITOR nor replication.
 */
export function relay({ client, redis, refuse }: RelayOptions): Relay {
  const [toRedis, toClient] = [createOutbox(redis), createOutbox(client)];
  const replies = createReplies((bytes) => toClient.add(bytes));
  const judge = createTransactions();
  let holdsFromScript = false;
  let held: Buffer[] | null = null;

  connect(client, redis, takeCommand);
  connect(redis, client, (frame) => (held ? held.push(frame) : replies.take(frame)));
  return {
    cut,
    unblock(text) {
      if (!replies.isBlocked()) return;
      client.end(errorOf(text));
      redis.destroy();
    },
    hold() {
      holdsFromScript = true;
    },
    release() {
      for (const frame of held ?? []) replies.take(frame);
      holdsFromScript = false;
      held = null;
      toClient.leave();
    },
  };

  function connect(from: Socket, to: Socket, take: (frame: Buffer) => unknown): void {
    const reader = createFrameReader();
    from.setNoDelay(true);
    from.on("data", (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) take(frame);
      // A command that is refused is answered at once: both ways have something to send.
      const [redisKeepsUp, clientKeepsUp] = [toRedis.leave(), toClient.leave()];
      if (to === redis ? redisKeepsUp : clientKeepsUp) return;
      from.pause();
      to.once("drain", () => from.resume());
    });
    from.on("error", cut);
    from.on("end", () => to.end());
    from.on("close", () => to.destroy());
  }

  function cut(): void {
    client.destroy();
    redis.destroy();
  }

  function takeCommand(frame: Buffer): void {
    const command = parseCommand(frame);
    if (holdsFromScript && SCRIPT.test(command.name)) held ??= [];
    const verdict = judge(command.name, refuse(command));
    switch (verdict.kind) {
      case "refuse":
        replies.expect({ kind: "own", bytes: errorOf(verdict.text) });
        break;
      case "discard":
        toRedis.add(DISCARD);
        replies.expect({ kind: "instead", bytes: errorOf(verdict.text) });
        break;
      case "pass":
        toRedis.add(frame);
        replies.expect(
          SUBSCRIPTION.test(command.name)
            ? { kind: "confirmations", left: Math.max(1, command.length - 1) }
            : { kind: "pass", blocking: isBlocking(command) },
        );
    }
  }
}
