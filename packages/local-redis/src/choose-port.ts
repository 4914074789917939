import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Address } from "./address.ts";

export type PortAddress = Extract<Address, { kind: "port" }>;

/**
 * A free loopback port and a password. The one of the folder's earlier start where it is still free, so that
 * whoever has its URL finds the server again.
 */
export async function choosePort(dir: string): Promise<PortAddress> {
  const earlier = readEarlier(join(dir, "address.json"));
  if (earlier && (await findFreePort(earlier.port)) !== undefined) return earlier;
  const port = await findFreePort(0);
  if (port === undefined) throw new Error("no port of 127.0.0.1 is free");
  const address: PortAddress = { kind: "port", port, password: randomBytes(24).toString("hex") };
  writeFileSync(join(dir, "address.json"), JSON.stringify(address), { mode: 0o600 });
  return address;
}

function readEarlier(path: string): PortAddress | undefined {
  try {
    const address = JSON.parse(readFileSync(path, "utf8")) as PortAddress;
    return address.port > 0 && address.password ? address : undefined;
  } catch {
    return undefined;
  }
}

/** The port (0: any), where it is free at this moment. */
function findFreePort(wanted: number): Promise<number | undefined> {
  const listener = createServer();
  return new Promise((resolve) => {
    listener.once("error", () => resolve(undefined));
    listener.listen(wanted, "127.0.0.1", () => {
      const { port } = listener.address() as { port: number };
      listener.close(() => resolve(port));
    });
  });
}
