/** The proxy in a thread of its own: a trial that is busy with its checks does not hold up Redis. */
import { parentPort } from "node:worker_threads";
import { createRedisProxy, type RedisProxy } from "./redis-proxy.ts";

/** What the trial asks of the thread. */
export type ProxyCall = {
  [Name in keyof RedisProxy]: { id: number; name: Name; args: Parameters<RedisProxy[Name]> };
}[keyof RedisProxy];

export type ProxyResult = { id: number; value: unknown } | { id: number; error: string };

const proxy = createRedisProxy();
const port = parentPort!;

port.on("message", async ({ id, name, args }: ProxyCall) => {
  try {
    const act = proxy[name] as (...given: unknown[]) => unknown;
    port.postMessage({ id, value: await act(...args) } satisfies ProxyResult);
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message } satisfies ProxyResult);
  }
});
