/**
 * HOST_RUNNER_CALLBACK_ALLOW: which receivers callbacks may go to.
 */
import * as z from "zod";

/** One entry of the list. `port` is null where any will do. */
export type AllowedReceiver = { port: number | null } & (
  | { kind: "host"; host: string }
  /** Every name that ends in `suffix`, which begins with a dot. */
  | { kind: "subdomains"; suffix: string }
  /** Every address of a network, by whichever name it is reached. */
  | { kind: "network"; family: "ipv4" | "ipv6"; address: string; prefix: number }
);

export const ACCEPTED_RECEIVERS =
  "a comma-separated list of host names, *.domain, addresses or networks such as 10.0.0.0/8, each with :port where only that one counts";

export const allowedReceivers = z.string().transform((value, context) => {
  const entries = value
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  // An empty list would allow nobody, which nobody means.
  if (entries.length === 0) context.addIssue("it names nobody");
  return entries.flatMap((entry): AllowedReceiver[] => {
    const receiver = parseEntry(entry);
    if (receiver === null) context.addIssue(`"${entry}" is none of them`);
    return receiver === null ? [] : [receiver];
  });
});

/** `host`, `host:port`, `[ipv6]`, `[ipv6]:port`, or an IPv6 address as it is, which has no room for a port. */
const ENTRY =
  /^(?:\[(?<bracketed>[^[\]]+)\]|(?<plain>[^:[\]]+)|(?<ipv6>[\da-f.:/]+))(?::(?<port>\d{1,5}))?$/i;

function parseEntry(entry: string): AllowedReceiver | null {
  const { bracketed, plain, ipv6, port: digits } = ENTRY.exec(entry)?.groups ?? {};
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  if (plain === undefined) return parseNetwork(bracketed ?? ipv6 ?? "", "ipv6", port);
  return parseNetwork(plain, "ipv4", port) ?? parseName(plain, port);
}

function parseNetwork(text: string, family: "ipv4" | "ipv6", port: number | null): AllowedReceiver | null {
  const [address = "", prefix] = text.split("/");
  if (prefix === undefined) {
    const isAddress = (family === "ipv4" ? z.ipv4() : z.ipv6()).safeParse(text).success;
    return isAddress
      ? { kind: "network", family, address, prefix: family === "ipv4" ? 32 : 128, port }
      : null;
  }
  const isNetwork = (family === "ipv4" ? z.cidrv4() : z.cidrv6()).safeParse(text).success;
  return isNetwork ? { kind: "network", family, address, prefix: Number(prefix), port } : null;
}

function parseName(text: string, port: number | null): AllowedReceiver | null {
  const isDomain = text.startsWith("*.");
  const name = isDomain ? text.slice(2) : text;
  // As it stands in a URL: in lower case, and what is not ASCII in punycode.
  const url = /^[\p{L}\p{N}_.-]+$/u.test(name) && URL.canParse(`http://${name}`) && new URL(`http://${name}`);
  if (!url) return null;
  // 127.1 and the like: an address by another spelling.
  if (z.ipv4().safeParse(url.hostname).success) return null;
  const host = url.hostname.replace(/\.$/, "");
  return isDomain ? { kind: "subdomains", suffix: `.${host}`, port } : { kind: "host", host, port };
}
