/**
 * Where callbacks may go. Their URLs come from whoever submits tasks, and are called from inside the worker's network.
 */
import type { AllowedReceiver } from "@host-runner/contracts";
import { isIn, kindOf, toBlockList } from "./address-ranges.ts";
import type { ReceiverUrl } from "./receiver-url.ts";

export interface AddressPolicyOptions {
  denyPrivate: boolean;
  /** Null: everybody. */
  allow: readonly AllowedReceiver[] | null;
}

type Receiver = Pick<ReceiverUrl, "host" | "port">;

export interface AddressPolicy {
  /** Why nothing is sent to this host, whatever its addresses are; null where that depends on them. */
  refusalOfHost(receiver: Receiver): string | null;
  /** Why nothing is sent to the host at this address of it; null where it may be. */
  refusalOfAddress(receiver: Receiver, address: string): string | null;
}

export function createAddressPolicy({ denyPrivate, allow }: AddressPolicyOptions): AddressPolicy {
  const networks = (allow ?? []).flatMap((entry) =>
    entry.kind === "network"
      ? [{ port: entry.port, addresses: toBlockList([[entry.address, entry.prefix]]) }]
      : [],
  );

  return {
    refusalOfHost(receiver) {
      if (allow === null || isNamed(receiver)) return null;
      return networks.some(hasPort(receiver)) ? null : notAllowed(receiver);
    },
    refusalOfAddress(receiver, address) {
      const kind = kindOf(address);
      if (kind === "forbidden") {
        return `${address} is a link-local, metadata, multicast or unspecified address, which no setting allows`;
      }
      if (allow !== null) {
        const isAllowed = isNamed(receiver) || isInNetwork(receiver, address);
        return isAllowed ? null : notAllowed(receiver);
      }
      if (kind === "public" || !denyPrivate) return null;
      return (
        `${address} is a loopback or private address, which HOST_RUNNER_CALLBACK_DENY_PRIVATE forbids: ` +
        "HOST_RUNNER_CALLBACK_ALLOW can allow it"
      );
    },
  };

  function isNamed(receiver: Receiver): boolean {
    const name = receiver.host.replace(/\.$/, "");
    return (allow ?? []).filter(hasPort(receiver)).some((entry) => {
      if (entry.kind === "host") return entry.host === name;
      return entry.kind === "subdomains" && name.endsWith(entry.suffix);
    });
  }

  function isInNetwork(receiver: Receiver, address: string): boolean {
    return networks.filter(hasPort(receiver)).some(({ addresses }) => isIn(addresses, address));
  }
}

const hasPort =
  ({ port }: Receiver) =>
  (entry: { port: number | null }) =>
    entry.port === null || entry.port === port;

function notAllowed({ host, port }: Receiver): string {
  return `${host}:${port} is not in HOST_RUNNER_CALLBACK_ALLOW`;
}
