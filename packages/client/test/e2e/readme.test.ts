import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withFleet, withProgram, withRedis, withTempDir } from "@host-runner/testing";
import { expect, it } from "@jest/globals";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const entry = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** Each program, with what it prints in the block below it. */
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, program = "", printed = ""]) => ({ program, printed }),
);

it("has a printed text for each of its programs", () => {
  expect(examples.length).toBeGreaterThan(4);
  expect(examples).toHaveLength(readme.split("```js").length - 1);
});

it("prints what it says, each of its programs", () =>
  withRedis(({ url: redisUrl, name: queue }) =>
    withFleet({ redisUrl, queue, workers: 1 }, ({ url }) =>
      withTempDir(async (dir) => {
        for (const [number, { program, printed }] of examples.entries()) {
          const path = join(dir, `example-${number + 1}.mjs`);
          writeFileSync(path, program.replace('"@host-runner/client"', JSON.stringify(entry)));
          const options = { command: process.execPath, args: [path], env: { HOST_RUNNER_URL: url } };
          await withProgram(options, async ({ exit, stdout, stderr }) => {
            await exit;
            expect(stderr()).toBe("");
            expect(stdout()).toBe(printed);
          });
        }
      }),
    ),
  ));
