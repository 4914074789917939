/** The URL at which this machine reaches what listens on a host's port. */
export function localUrl(host: string, port: number): string {
  // "Every address" is none that one can connect to.
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

/** A Redis URL for people: without its password. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = "***";
  return shown.href;
}
