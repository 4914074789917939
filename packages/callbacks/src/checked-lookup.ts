import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { promisify } from "node:util";

export type Resolve = (host: string) => Promise<LookupAddress[]>;

const resolveAll = promisify(lookup);

/** As every program of the host resolves names, /etc/hosts and the order of addresses included. */
export const resolveBySystem: Resolve = (host) => resolveAll(host, { all: true, verbatim: true });

/**
 * Asks once for all who want the same name at the same time. Each question holds a thread of the few that the process
 * has for that: a name server which does not answer must not take all of them for one receiver.
 */
export function shareQuestions(resolve: Resolve): Resolve {
  const asked = new Map<string, Promise<LookupAddress[]>>();
  return (host) => {
    const answer = asked.get(host) ?? resolve(host).finally(() => asked.delete(host));
    asked.set(host, answer);
    return answer;
  };
}

/** No address of the host may be called. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

/**
 * Gives a connection those addresses of its host alone that may be called. A connection is made to what its own lookup gave
 * it: between the check and the connection nothing is resolved again.
 */
export function createCheckedLookup(
  resolve: Resolve,
  refusalOf: (address: string) => string | null,
): LookupFunction {
  return (host, _options, callback) => {
    resolve(host).then(
      (addresses) => {
        const refusals = addresses.map(({ address }) => refusalOf(address));
        const allowed = addresses.filter((_, index) => refusals[index] === null);
        const [refusal] = refusals;
        if (allowed.length > 0) callback(null, allowed);
        else callback(refusal ? new RefusedAddress(refusal) : new Error(`${host} has no address`), []);
      },
      (error) => callback(error, []),
    );
  };
}
