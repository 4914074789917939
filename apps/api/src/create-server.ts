import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Express } from "express";

/**
 * Load balancers keep idle connections for 60 s as a rule. The one that ends a connection must be the balancer: where it
 * is the API, a request may be on its way at that moment, and is answered with 502.
 */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 80_000;

/**
 * An HTTP server for an Express app that makes requests and responses with the app's prototypes from the start. Express
 * gives them these prototypes one by one as they come, and changing an object's prototype makes every later access to
 * it slow. `npm run bench -- --only submissions` shows what that costs the naive way.
 */
export function createExpressServer(app: Express): Server {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype });
  return createServer(
    {
      ...{ IncomingMessage: AppRequest, ServerResponse: AppResponse },
      ...{ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS },
    },
    app,
  );
}
