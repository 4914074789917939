import { Worker } from "node:worker_threads";
import type { RedisProxy } from "../proxy/redis-proxy.ts";
import type { ProxyCall, ProxyResult } from "../proxy/thread.ts";

/** The proxy, each call resolved when it is done. */
export type RemoteProxy = {
  [Name in keyof RedisProxy]: (
    ...args: Parameters<RedisProxy[Name]>
  ) => Promise<Awaited<ReturnType<RedisProxy[Name]>>>;
};

const program = new URL("../../dist/proxy/thread.js", import.meta.url);

/** Starts the proxy in a thread of its own. A mistake in it ends the trial. */
export function startProxy(): RemoteProxy {
  const thread = new Worker(program);
  const waiting = new Map<number, (result: ProxyResult) => void>();
  let calls = 0;
  thread.on("message", (result: ProxyResult) => waiting.get(result.id)?.(result));
  thread.on("error", (error) => {
    throw error;
  });

  const call =
    <Name extends keyof RedisProxy>(name: Name) =>
    (...args: Parameters<RedisProxy[Name]>): Promise<Awaited<ReturnType<RedisProxy[Name]>>> => {
      const id = calls++;
      return new Promise((resolve, reject) => {
        waiting.set(id, (result) => {
          waiting.delete(id);
          if ("error" in result) reject(new Error(`the proxy could not ${name}: ${result.error}`));
          else resolve(result.value as Awaited<ReturnType<RedisProxy[Name]>>);
        });
        thread.postMessage({ id, name, args } as ProxyCall);
      });
    };

  return {
    ...{ addDoor: call("addDoor"), lead: call("lead"), refuse: call("refuse") },
    ...{ hold: call("hold"), release: call("release"), cut: call("cut") },
    async close() {
      await call("close")();
      await thread.terminate();
    },
  };
}
