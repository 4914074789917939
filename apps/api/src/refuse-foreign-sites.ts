import { isIP } from "node:net";
import { HostRunnerError } from "@host-runner/contracts";
import type { RequestHandler } from "express";

/**
 * Where no token protects the API, a web page that somebody on this machine visits must not reach it: neither
 * by a request across sites (browsers mark those), nor by a domain of its own that resolves to this machine
 * (DNS rebinding).
 */
export const refuseForeignSites: RequestHandler = (request, _response, next) => {
  const { host = "" } = request.headers;
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site") {
    throw new HostRunnerError("forbidden", "requests from other web sites are refused");
  }
  if (host !== lastPrivateHost && !isPrivateName(hostName(host))) {
    throw new HostRunnerError(
      "forbidden",
      `host name ${host} is refused without tokens: use an IP address or localhost, or set HOST_RUNNER_API_TOKENS`,
    );
  }
  lastPrivateHost = host;
  next();
};

/** Nearly all requests come to the same. */
let lastPrivateHost: string | undefined;

function hostName(host: string): string {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : host;
}

/** Addresses, names without a dot, and top-level domains that nobody can register. */
export function isPrivateName(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, "");
  return isIP(bare) !== 0 || !bare.includes(".") || /\.(localhost|local|internal)$/.test(bare);
}
