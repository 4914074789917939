import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The process that listens on the TCP port, in words, where the system tells it: on Linux, for own processes. */
export function findPortHolder(port: number): string | undefined {
  try {
    const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => listeners(path, port));
    const pid = sockets.length > 0 ? findOwner(new Set(sockets)) : undefined;
    if (pid === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return `process ${pid} (${command})`;
  } catch {
    return undefined;
  }
}

/** A listening socket's state in /proc/net/tcp. */
const LISTEN = "0A";

/** The sockets that listen on the port, as a descriptor of theirs is called: `socket:[inode]`. */
function listeners(path: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === LISTEN)
    .map((fields) => `socket:[${fields[9]}]`);
}

function findOwner(sockets: Set<string>): string | undefined {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.find((pid) => {
    try {
      const descriptors = readdirSync(`/proc/${pid}/fd`);
      return descriptors.some((fd) => sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`)));
    } catch {
      // Another user's, or gone meanwhile.
      return false;
    }
  });
}
