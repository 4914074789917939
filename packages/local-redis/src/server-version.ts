/** BullMQ's scripts need what came with it. */
export const OLDEST_SUPPORTED = "6.2";

/** The version in what `redis-server --version` or `valkey-server --version` prints. */
export function parseVersion(text: string): string | undefined {
  return /\bv=(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}
