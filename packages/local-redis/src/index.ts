/**
 * A Redis of one's own: found on this machine, installed or fetched, started and ended with its starter.
 */
export { LocalRedisError, type LocalRedisErrorCode } from "./errors.ts";
export { provideServer } from "./provide-server.ts";
export {
  findFolderUser,
  type LocalRedis,
  type LocalRedisOptions,
  startLocalRedis,
} from "./start-local-redis.ts";
