import { LocalRedisError } from "./errors.ts";
import { findServer, type ServerProgram } from "./find-server.ts";
import { canInstall, installServer } from "./install-server.ts";
import { OLDEST_SUPPORTED } from "./server-version.ts";
import { findDockerProblem } from "./start-in-docker.ts";

export type Source = ServerProgram | "docker";

/**
 * The first that there is of: a server program on the PATH, one that the system's package manager installs
 * without asking, a Docker engine. Throws `LocalRedisError("not_available")` with what to install.
 */
export async function provideServer(log: (line: string) => void): Promise<Source> {
  const found = await findServer();
  if ("command" in found) return found;
  const problems = [found.problem];
  if (canInstall()) {
    const failure = await installServer(log);
    const installed = await findServer();
    if ("command" in installed) return installed;
    problems.push(failure ?? `apt-get installed one that does not do: ${installed.problem}`);
  }
  const dockerProblem = await findDockerProblem();
  if (dockerProblem === undefined) return "docker";
  problems.push(dockerProblem);
  throw new LocalRedisError("not_available", explain(problems));
}

function explain(problems: string[]): string {
  return [
    `host-runner needs a Redis (or Valkey), version ${OLDEST_SUPPORTED} or newer, and none is to be had here:`,
    ...problems.map((problem) => `  - ${problem}`),
    "Do one of these, then start again:",
    "  Debian, Ubuntu   sudo apt-get install redis-server",
    "  Fedora, RHEL     sudo dnf install valkey",
    "  Alpine           sudo apk add redis",
    "  macOS            brew install redis",
    "  Docker           start the engine; host-runner then uses the image redis:7-alpine",
    "  a Redis of yours REDIS_URL=redis://host:6379 npm start",
  ].join("\n");
}
