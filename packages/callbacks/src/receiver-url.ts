import { unescape as decode } from "node:querystring";

/** A callback's URL, in the parts that a request is made of. */
export interface ReceiverUrl {
  protocol: "http:" | "https:";
  /** A name or an address, in the one spelling that the URL standard gives it; IPv6 without brackets. */
  host: string;
  port: number;
  /** With the query. */
  path: string;
  /** What `user:password@` in the URL means to HTTP; null without. */
  authorization: string | null;
}

/** Null where nothing can be posted to it. */
export function parseReceiverUrl(text: string): ReceiverUrl | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, search, username, password } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:") return null;
  const credentials = `${decode(username)}:${decode(password)}`;
  return {
    protocol,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    path: pathname + search,
    authorization: credentials === ":" ? null : `Basic ${Buffer.from(credentials).toString("base64")}`,
  };
}
