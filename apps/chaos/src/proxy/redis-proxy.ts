import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";
import type { CommandTable } from "./command-table.ts";
import type { Refusal } from "./refusal.ts";
import { refusalText, refuseCommand } from "./refuse-command.ts";
import { type Relay, relay } from "./relay.ts";
import { createScriptBook } from "./script-book.ts";

/** Redis as the proxy finds it. */
export interface ProxyTarget {
  address: { path: string } | { host: string; port: number };
  /** Of its commands. */
  table: CommandTable;
}

/** Stands between clients and a Redis, and can refuse in its name. Each client has a door of its own. */
export interface RedisProxy {
  /** Opens a door on loopback. Resolves to its port, which stays. */
  addDoor(name: string): Promise<number>;
  /** Where Redis is from now on. Null: it is away, and who comes is turned away. */
  lead(target: ProxyTarget | null): void;
  /** Refuses at that door, or at all of them (null), from now on; with null instead of a refusal no more. */
  refuse(door: string | null, refusal: Refusal | null): void;
  /**
   * Answers to scripts that are called through that door, and to what is asked after them, stay here until they are released
   * or lost with their connections.
   */
  hold(door: string): void;
  release(door: string): void;
  /** Hangs up on all who came through that door. */
  cut(door: string): void;
  close(): Promise<void>;
}

interface Door {
  server: Server;
  refusal: Refusal | null;
  relays: Set<Relay>;
}

export function createRedisProxy(): RedisProxy {
  const doors = new Map<string, Door>();
  const scripts = createScriptBook();
  let target: ProxyTarget | null = null;
  /** At all doors, those of later on too. */
  let common: Refusal | null = null;

  function enter(client: Socket, door: Door): void {
    if (!target) {
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    const { address, table } = target;
    const redis = connect(address as NetConnectOpts);
    const context = { table, scripts };
    const pair = relay({
      client,
      redis,
      refuse: (command) => {
        const own = refuseCommand(door.refusal, command, context);
        return own ?? refuseCommand(common, command, context);
      },
    });
    door.relays.add(pair);
    client.on("close", () => door.relays.delete(pair));
  }

  const relaysOf = (name: string): Relay[] => [...(doors.get(name)?.relays ?? [])];

  return {
    async addDoor(name) {
      const door: Door = {
        server: createServer((client) => enter(client, door)),
        ...{ refusal: null, relays: new Set() },
      };
      doors.set(name, door);
      const { server } = door;
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(0, "127.0.0.1", resolve);
      });
      return (server.address() as { port: number }).port;
    },
    lead(next) {
      target = next;
    },
    refuse(name, refusal) {
      const some = [...doors].filter(([known]) => name === null || known === name).map(([, door]) => door);
      if (name === null) common = refusal;
      else for (const door of some) door.refusal = refusal;
      for (const pair of some.flatMap(({ relays }) => [...relays])) {
        if (refusal?.cut) pair.cut();
        else if (refusal?.word === "UNBLOCKED") pair.unblock(refusalText(refusal.word));
      }
    },
    hold(name) {
      for (const pair of relaysOf(name)) pair.hold();
    },
    release(name) {
      for (const pair of relaysOf(name)) pair.release();
    },
    cut(name) {
      for (const pair of relaysOf(name)) pair.cut();
    },
    async close() {
      const open = [...doors.values()];
      doors.clear();
      for (const { relays } of open) for (const pair of relays) pair.cut();
      await Promise.all(open.map(({ server }) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
