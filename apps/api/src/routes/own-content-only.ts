import type { RequestHandler } from "express";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The pages of both libraries set styles on single elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** For pages: the browser takes nothing from other sites, and runs no script that is not ours. */
export const ownContentOnly: RequestHandler = (_request, response, next) => {
  response.set("Content-Security-Policy", POLICY);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  next();
};
