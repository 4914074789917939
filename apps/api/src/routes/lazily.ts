import type { RequestHandler } from "express";

/** Loads what is rarely asked for when it is asked for first: every process starts faster for it. */
export function lazily(load: () => Promise<RequestHandler>): RequestHandler {
  let loading: Promise<RequestHandler> | undefined;
  return async (request, response, next) => {
    loading ??= load();
    const handle = await loading;
    await handle(request, response, next);
  };
}
