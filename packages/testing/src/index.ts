/**
 * Helpers for tests over the real thing: real Redis servers, real processes, and nothing left of them.
 */
export { type FoundProcess, findProcesses } from "./find-processes.ts";
export { freePort } from "./free-port.ts";
export { waitFor } from "./wait-for.ts";
export { type Fleet, type FleetOptions, type FleetProcess, withFleet } from "./with-fleet.ts";
export { withGarbageCollection } from "./with-garbage-collection.ts";
export { type OwnRedis, withOwnRedis } from "./with-own-redis.ts";
export { type Program, type ProgramOptions, withProgram } from "./with-program.ts";
export { type ReceivedRequest, type Receiver, withReceiver } from "./with-receiver.ts";
export { type TestRedis, withRedis } from "./with-redis.ts";
export { withTempDir } from "./with-temp-dir.ts";
