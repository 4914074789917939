/**
 * Which addresses are dangerous to call on behalf of somebody else. After IANA's registries of special-purpose addresses.
 */
import { BlockList, isIPv4 } from "node:net";

type Subnet = readonly [address: string, prefix: number];

/** Never a receiver: what answers there gives away credentials of the host, or is many hosts, or none. */
const never: Subnet[] = [
  ["0.0.0.0", 8], // this host, by another name
  ["169.254.0.0", 16], // link-local, and with it the metadata of nearly every cloud
  ["100.100.100.200", 32], // metadata: Alibaba
  ["168.63.129.16", 32], // metadata: Azure
  ["192.0.0.192", 32], // metadata: Oracle
  ["224.0.0.0", 4], // multicast
  ["255.255.255.255", 32], // broadcast
  ["::", 128], // this host, by another name
  ["fe80::", 10], // link-local
  ["fd00:ec2::", 32], // metadata: Amazon
  ["fd20:ce::254", 128], // metadata: Google
  ["fd00:42::42", 128], // metadata: Scaleway
  ["ff00::", 8], // multicast
];

/** Reached from here, and not from the internet. */
const nonPublic: Subnet[] = [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["240.0.0.0", 4],
  ["::", 96], // loopback (::1), and IPv4 in a form that is no longer used
  ["64:ff9b:1::", 48], // translation to IPv4 within a network
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fec0::", 10],
];

/** IPv6 addresses that lead to the IPv4 address in their last 32 bits: IPv4-mapped ones, and NAT64. */
const embeddings = ["::ffff:", "64:ff9b::", "64:ff9b:1::"];

const neverCalled = toBlockList(never);
const notPublic = toBlockList(nonPublic);

export type AddressKind = "public" | "private" | "forbidden";

/** `private` is whatever the internet does not reach, `forbidden` what is no receiver in any network. */
export function kindOf(address: string): AddressKind {
  if (isIn(neverCalled, address)) return "forbidden";
  return isIn(notPublic, address) ? "private" : "public";
}

export function isIn(list: BlockList, address: string): boolean {
  // A resolver may add its zone to a link-local address, and BlockList knows none.
  const [withoutZone = ""] = address.split("%");
  return list.check(withoutZone, familyOf(withoutZone));
}

/** Subnets, those of IPv4 also as they are written in IPv6. */
export function toBlockList(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) {
    list.addSubnet(address, prefix, familyOf(address));
    if (!isIPv4(address)) continue;
    for (const embedding of embeddings) list.addSubnet(embedding + address, 96 + prefix, "ipv6");
    list.addSubnet(`2002:${toHexGroups(address)}::`, 16 + prefix, "ipv6"); // 6to4
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/** 169.254.0.0 as a9fe:0000. */
function toHexGroups(ipv4: string): string {
  const hex = Buffer.from(ipv4.split(".").map(Number)).toString("hex");
  return `${hex.slice(0, 4)}:${hex.slice(4)}`;
}
