/**
 * The life of a host-runner process, the same for each: environment, log, start, stop signals, exit.
 */
export type { Logger } from "pino";
export { createLogger, type ProcessLog } from "./logger.ts";
export { createPrettifier, type Prettifier } from "./prettifier.ts";
export {
  runService,
  type Service,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceSettings,
} from "./run-service.ts";
export { listenForStopRequests, type StopRequests } from "./stop-requests.ts";
export { waitAtMost } from "./wait-at-most.ts";
