import { createContext, runInContext } from "node:vm";
import { withFleet, withRedis } from "@host-runner/testing";
import { expect, it } from "@jest/globals";
import { build } from "esbuild";

const entry = new URL("../../dist/index.js", import.meta.url).pathname;

/** The package in one file, as a page would load it; what only Node has cannot be bundled for a browser. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: "browser",
    format: "iife",
    globalName: "hostRunner",
    write: false,
  });
  return outputFiles[0]!.text;
}

it("runs where there is nothing of Node, only what a page has too", () =>
  withRedis(({ url: redisUrl, name: queue }) =>
    withFleet({ redisUrl, queue, workers: 1 }, async ({ url }) => {
      const page = {
        fetch,
        URL,
        URLSearchParams,
        TextDecoder,
        AbortController,
        setTimeout,
        clearTimeout,
        crypto,
        performance,
      };
      const context = createContext({ ...page, Uint8Array, address: url, told: [] as string[] });
      runInContext(await bundle(), context);
      const script = `(async () => {
        const client = hostRunner.createClient({ url: address });
        for await (const event of client.run({ prompt: "hello" })) {
          told.push(event.type === "output" ? event.text : event.type === "status" ? event.task.status : event.type);
        }
        told.push((await client.workers()).length);
      })()`;
      await runInContext(script, context);
      expect(context.told).toEqual(expect.arrayContaining(["queued", "hello", "success", "end", 1]));
      expect(context.process).toBeUndefined();
    }),
  ));

it("is small", async () => {
  expect(Buffer.byteLength(await bundle())).toBeLessThan(16 * 1024);
});
