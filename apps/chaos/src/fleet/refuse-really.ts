import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { RealRefusalWord } from "../proxy/refusal.ts";

interface RefusalScene {
  /** Redis' own folder. */
  dir: string;
  /** As whom the fleet comes. */
  member: { name: string; password: string };
  /** Resolves when the refusal is to be over. */
  wait: () => Promise<unknown>;
  /** With a connection of the judge's own, each time a new one. */
  ask: <T>(body: (redis: Redis) => Promise<T>) => Promise<T>;
}

/** Has Redis refuse for as long as the wait takes. What it changes it changes back, also where the wait fails. */
export async function refuseReally(word: RealRefusalWord, scene: RefusalScene): Promise<void> {
  const { begin, end } = ways[word];
  try {
    await begin(scene);
    await scene.wait();
  } finally {
    await end(scene);
  }
}

interface Way {
  begin(scene: RefusalScene): Promise<unknown>;
  /** Redis may have been killed meanwhile: then it has forgotten all of it. */
  end(scene: RefusalScene): Promise<unknown>;
}

/** Nobody listens there. */
const NO_MASTER = ["127.0.0.1", "1"] as const;
const SAVES_RARELY = "3600 1000000";
const SAVE_PATIENCE_MS = 5_000;
const BUSY_AFTER_MS = "20";

const setting = (name: string, during: string, after: string): Way => ({
  begin: ({ ask }) => ask((redis) => redis.config("SET", name, during)),
  end: ({ ask }) => ask((redis) => redis.config("SET", name, after)),
});

const ways: Record<RealRefusalWord, Way> = {
  OOM: setting("maxmemory", "1", "0"),
  NOREPLICAS: setting("min-replicas-to-write", "1", "0"),
  READONLY: {
    begin: ({ ask }) => ask((redis) => redis.replicaof(...NO_MASTER)),
    end: ({ ask }) => ask((redis) => redis.replicaof("NO", "ONE")),
  },
  MASTERDOWN: {
    begin: ({ ask }) =>
      ask(async (redis) => {
        await redis.config("SET", "replica-serve-stale-data", "no");
        // It would say READONLY to writes first.
        await redis.config("SET", "replica-read-only", "no");
        await redis.replicaof(...NO_MASTER);
      }),
    end: ({ ask }) =>
      ask(async (redis) => {
        await redis.replicaof("NO", "ONE");
        await redis.config("SET", "replica-serve-stale-data", "yes");
        await redis.config("SET", "replica-read-only", "yes");
      }),
  },
  // Somebody changes the password, and the old one comes back later.
  WRONGPASS: {
    begin: ({ ask, member: { name } }) =>
      ask(async (redis) => {
        await redis.call("ACL", "SETUSER", name, "resetpass", ">another password");
        await redis.call("CLIENT", "KILL", "USER", name);
      }),
    end: ({ ask, member: { name, password } }) =>
      ask((redis) => redis.call("ACL", "SETUSER", name, "resetpass", `>${password}`)),
  },
  NOPERM: {
    begin: ({ ask, member: { name } }) => ask((redis) => redis.call("ACL", "SETUSER", name, "-@write")),
    end: ({ ask, member: { name } }) => ask((redis) => redis.call("ACL", "SETUSER", name, "+@all")),
  },
  // A snapshot cannot be written where a folder has its name.
  MISCONF: {
    begin: ({ ask, dir }) =>
      ask(async (redis) => {
        mkdirSync(join(dir, "dump.rdb"), { recursive: true });
        await redis.config("SET", "save", SAVES_RARELY);
        await redis.bgsave();
        const deadline = performance.now() + SAVE_PATIENCE_MS;
        while (!(await redis.info("persistence")).includes("rdb_last_bgsave_status:err")) {
          if (performance.now() > deadline) throw new Error("the snapshot did not fail");
          await delay(20);
        }
      }),
    end: async ({ ask, dir }) => {
      rmdirSync(join(dir, "dump.rdb"));
      await ask((redis) => redis.config("SET", "save", ""));
    },
  },
  BUSY: {
    async begin({ ask }) {
      await ask((redis) => redis.config("SET", "lua-time-limit", BUSY_AFTER_MS));
      // It ends with an error when it is killed.
      ask((redis) => redis.eval("while true do end", 0)).catch(() => {});
      await delay(100);
    },
    end: ({ ask }) => ask((redis) => redis.script("KILL")),
  },
};
