import type { LoadResult } from "../load/load-order.ts";
import { defineRow, type Line, ratioAtLeast, ratioAtMost } from "../row.ts";

const express = "Express 5 + zod + queue.add";
const bare = "node:http + zod + queue.add";

const rate = (connections: number, yardstick: string, limit: number): Line => ({
  what: `submissions over HTTP, ${connections} connections`,
  ...{ yardstick, unit: "/s", target: ratioAtLeast(limit) },
});
const slowest = (connections: number): Line => ({
  what: `the same, ${connections} connections, p99`,
  ...{ yardstick: express, unit: "ms", target: ratioAtMost(1) },
});

/** POST /tasks as fast as a few connections can, against two servers that do the same. */
export const submissions = defineRow({
  name: "submissions",
  lines: {
    rate10: rate(10, express, 2),
    slowest10: slowest(10),
    rate50: rate(50, express, 2),
    slowest50: slowest(50),
    bare10: rate(10, bare, 0.6),
    bare50: rate(50, bare, 0.6),
  },
  async run(bench) {
    const redis = await bench.redis();
    const [api, naive, http] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.yardstick("submit-express", redis, "express"),
      bench.yardstick("submit-http", redis, "http"),
    ]);
    const load = await bench.load();
    const put = (url: string, connections: number) => () =>
      load({
        ...{ url, connections, seconds: bench.size(0.4, 2), method: "POST", paths: ["/tasks"] },
        body: JSON.stringify({ prompt: "p".repeat(200) }),
      });
    const measure = (connections: number) =>
      bench.interleave(bench.size(2, 7), {
        ours: put(api.url, connections),
        express: put(naive.greeting[1]!, connections),
        http: put(http.greeting[1]!, connections),
      });
    const ten = await measure(10);
    const fifty = await measure(50);
    return {
      rate10: ten.map(({ ours, express }) => perSecond(ours, express)),
      slowest10: ten.map(({ ours, express }) => p99(ours, express)),
      bare10: ten.map(({ ours, http }) => perSecond(ours, http)),
      rate50: fifty.map(({ ours, express }) => perSecond(ours, express)),
      slowest50: fifty.map(({ ours, express }) => p99(ours, express)),
      bare50: fifty.map(({ ours, http }) => perSecond(ours, http)),
    };
  },
});

function perSecond(ours: LoadResult, yardstick: LoadResult) {
  return { ours: ours.perSecond, yardstick: yardstick.perSecond };
}

function p99(ours: LoadResult, yardstick: LoadResult) {
  return { ours: ours.p99Ms, yardstick: yardstick.p99Ms };
}
