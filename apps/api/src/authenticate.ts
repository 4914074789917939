import { createHash, timingSafeEqual } from "node:crypto";
import { type ApiToken, HostRunnerError, type TokenScope } from "@host-runner/contracts";
import type { Request, RequestHandler, Response } from "express";

/** Each scope includes those before it. */
const SCOPES: readonly TokenScope[] = ["read", "write", "admin"];

export interface Authenticator {
  /** Lets a request pass that carries a bearer token: read for what only reads, write for the rest. */
  api: RequestHandler;
  /** The same for pages: a browser may send the token as the password of Basic authentication. */
  browser(scope: TokenScope): RequestHandler;
}

/** Without tokens everybody passes; their caller is "anonymous". */
export function createAuthenticator(tokens: ApiToken[]): Authenticator {
  const known = tokens.map((token) => ({ ...token, digest: digest(token.token) }));

  return {
    api: (request, response, next) => {
      const scope = request.method === "GET" || request.method === "HEAD" ? "read" : "write";
      admit(request, response, scope, bearerToken(request), "Bearer");
      next();
    },
    browser: (scope) => (request, response, next) => {
      const given = bearerToken(request) ?? basicPassword(request);
      admit(request, response, scope, given, 'Basic realm="host-runner"');
      next();
    },
  };

  function admit(
    request: Request,
    response: Response,
    scope: TokenScope,
    given: string | undefined,
    challenge: string,
  ): void {
    if (known.length === 0) return;
    // Every token is compared in constant time, so that time tells nothing of any.
    const givenDigest = digest(given ?? "");
    const [match] = known.filter((token) => timingSafeEqual(token.digest, givenDigest));
    if (given === undefined || match === undefined) {
      response.set("WWW-Authenticate", challenge);
      const what = given === undefined ? "a token is needed" : "the token is not known";
      throw new HostRunnerError("unauthorized", `${what}: send Authorization: Bearer <token>`);
    }
    if (SCOPES.indexOf(match.scope) < SCOPES.indexOf(scope)) {
      throw new HostRunnerError(
        "forbidden",
        `${request.method} ${request.path} needs scope ${scope}; the token ${match.name} has ${match.scope}`,
      );
    }
    response.locals.caller = match.name;
  }
}

/** Who calls, by the name of the token. */
export function callerOf(response: Response): string {
  return (response.locals.caller as string | undefined) ?? "anonymous";
}

function bearerToken(request: Request): string | undefined {
  return /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

function basicPassword(request: Request): string | undefined {
  const encoded = /^Basic +(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, "base64").toString("utf8");
  return credentials.slice(credentials.indexOf(":") + 1);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
