import { createHash } from "node:crypto";
import type { PortAddress } from "./choose-port.ts";
import { FailedStart, type RunningServer } from "./running-server.ts";
import type { ServerStart } from "./start-server.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

const IMAGE = "redis:7-alpine";
/** Data of hours are read before a server is ready. */
const START_PATIENCE_MS = 300_000;
const STOP_PATIENCE_MS = 20_000;

/** Why no Docker engine, or one that speaks its language, can be used; undefined where one answers. */
export async function findDockerProblem(): Promise<string | undefined> {
  try {
    const { getContainerRuntimeClient } = await loadTestcontainers();
    return await getContainerRuntimeClient().then(
      () => undefined,
      () => "no Docker engine answers",
    );
  } catch (error) {
    // Its client looks for settings in the home folder, and fails where the user has none.
    return `Docker's client does not start: ${(error as Error).message}`;
  }
}

/** Starts a server in a container, whose data are in the folder. Testcontainers ends it with this process. */
export async function startInDocker(start: ServerStart & { address: PortAddress }): Promise<RunningServer> {
  const { dir, address, persistence, log } = start;
  const { GenericContainer, getContainerRuntimeClient, Wait } = await loadTestcontainers();
  const engine = await getContainerRuntimeClient();
  // One name for each folder: a container that is left over is replaced, never joined.
  const name = `host-runner-redis-${createHash("sha256").update(dir).digest("hex").slice(0, 12)}`;
  await engine.container.dockerode.getContainer(name).remove({ force: true }).catch(ignoreMissing);

  class LoopbackContainer extends GenericContainer {
    /** Docker publishes a port on every interface unless it is told not to. */
    protected override async beforeContainerCreated(): Promise<void> {
      const binding = { HostIp: "127.0.0.1", HostPort: String(address.port) };
      this.hostConfig.PortBindings = { "6379/tcp": [binding] };
    }
  }
  log(`Starting ${IMAGE} in Docker; the first time it is downloaded ...`);
  const logLines: string[] = [];
  const user = process.getuid ? `${process.getuid()}:${process.getgid?.()}` : "redis";
  const container = await new LoopbackContainer(IMAGE)
    .withName(name)
    .withUser(user)
    .withExposedPorts({ container: 6379, host: address.port })
    .withBindMounts(persistence === "append-only" ? [{ source: dir, target: "/data" }] : [])
    .withCommand([
      ...["redis-server", "--requirepass", address.password, "--maxmemory-policy", "noeviction"],
      ...["--save", "", "--appendonly", persistence === "append-only" ? "yes" : "no"],
    ])
    .withLogConsumer((stream) => {
      stream.on("data", (line) => logLines.push(String(line).trimEnd()));
    })
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(START_PATIENCE_MS)
    .start()
    .catch((error: Error) => {
      throw new FailedStart("its container did not start", [...logLines, error.message]);
    });
  const handle = engine.container.getById(container.getId());
  const ended = handle.wait().then(
    ({ StatusCode }: { StatusCode: number }) => `its container exited with code ${StatusCode}`,
    (error: Error) => `its container is gone: ${error.message}`,
  );
  const onLoading = () => log("Redis reads its data ...");
  const state = await waitUntilReady({ address, ended, onLoading });
  if (state === "ended") throw new FailedStart(await ended, logLines);
  return {
    pid: undefined,
    lifeline: undefined,
    ended,
    async stop() {
      await container.stop({ timeout: STOP_PATIENCE_MS });
    },
    async kill() {
      await handle.kill();
      await container.stop();
    },
  };
}

/** It is CommonJS: in a bundle its names are those of the default export alone. */
async function loadTestcontainers() {
  return (await import("testcontainers")).default;
}

function ignoreMissing(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error;
}
