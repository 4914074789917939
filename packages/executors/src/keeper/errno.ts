import { constants } from "node:os";

/** Two codes stand for one number each on Linux. */
const aliases = new Set(["EWOULDBLOCK", "EOPNOTSUPP"]);
const codes = new Map(
  Object.entries(constants.errno).flatMap(([code, errno]) => (aliases.has(code) ? [] : [[errno, code]])),
);

/** The code of an error of the system, such as ENOENT, by its number. Pure. */
export const codeOf = (errno: number): string => codes.get(errno) ?? `error ${errno}`;
