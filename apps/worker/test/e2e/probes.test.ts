import { withFleet, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const warnings = (log: string) =>
  log
    .split("\n")
    .filter((line) => line.includes("the probes and metrics"))
    .map((line) => JSON.parse(line) as { level: string; msg: string });

describe("a worker that starts", () => {
  it("warns where others than this machine reach its probes and metrics", () =>
    withRedis(({ url: redisUrl, name: queue }) =>
      withFleet(
        { redisUrl, queue, workers: 1, env: { HOST_RUNNER_WORKER_HOST: "0.0.0.0" } },
        async (fleet) => {
          expect(warnings(fleet.workers[0]!.log())).toEqual([
            expect.objectContaining({
              level: "warn",
              msg: expect.stringMatching(
                /are at 0\.0\.0\.0, beyond loopback, and ask for no token: set HOST_RUNNER_WORKER_HOST=127\.0\.0\.1/,
              ),
            }),
          ]);
        },
      ),
    ));

  it("does not warn where they are on loopback", () =>
    withRedis(({ url: redisUrl, name: queue }) =>
      withFleet({ redisUrl, queue, workers: 1 }, async (fleet) => {
        expect(warnings(fleet.workers[0]!.log())).toEqual([]);
      }),
    ));
});
