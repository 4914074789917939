import { isIP } from "node:net";
import { HostRunnerError } from "@host-runner/contracts";
import type { RequestHandler } from "express";

/**
 * Where no token protects the API, a web page that somebody in reach of it visits must not use it. Such a page can send
 * requests in three ways, and each is refused: across sites, which browsers mark with Sec-Fetch-Site where the address is
 * loopback or https; across sites to any other address, where only Origin tells of it; and to a domain of its own that
 * resolves to this machine (DNS rebinding), where Origin and Host agree. Programs that are no browsers send no Origin.
 */
export const refuseForeignSites: RequestHandler = (request, _response, next) => {
  const { host = "", origin } = request.headers;
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site" || (origin !== undefined && !isOwnOrigin(origin, host))) {
    throw new HostRunnerError(
      "forbidden",
      "requests from other web sites are refused without tokens: set HOST_RUNNER_API_TOKENS to allow them",
    );
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

/**
 * Whether a page of this origin came from the same address as it calls. A proxy that ends TLS has both, whatever the
 * scheme. A page without an address of its own, such as a file or a sandboxed frame, has the origin `null`. Pure.
 */
export function isOwnOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  // The scheme decides which port need not be named.
  const called = `${page.protocol}//${host}`;
  return /^https?:$/.test(page.protocol) && URL.canParse(called) && new URL(called).host === page.host;
}

function hostName(host: string): string {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : host;
}

/** Addresses, names without a dot, and top-level domains that nobody can register: no page of a stranger has one. */
export function isPrivateName(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, "");
  return isIP(bare) !== 0 || !bare.includes(".") || /\.(localhost|local|internal)$/.test(bare);
}
