import type { AllowedReceiver } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { createAddressPolicy } from "../../src/address-policy.ts";
import { kindOf } from "../../src/address-ranges.ts";
import { parseReceiverUrl } from "../../src/receiver-url.ts";

const open = createAddressPolicy({ denyPrivate: false, allow: null });
const guarded = createAddressPolicy({ denyPrivate: true, allow: null });
const host = { host: "cp.example.org", port: 443 };

describe("an address", () => {
  it.each([
    ["0.0.0.0", "forbidden"],
    ["0.1.2.3", "forbidden"],
    ["169.254.169.254", "forbidden"],
    ["169.254.170.2", "forbidden"],
    ["100.100.100.200", "forbidden"],
    ["168.63.129.16", "forbidden"],
    ["192.0.0.192", "forbidden"],
    ["224.0.0.1", "forbidden"],
    ["239.255.255.255", "forbidden"],
    ["255.255.255.255", "forbidden"],
    ["::", "forbidden"],
    ["fe80::1", "forbidden"],
    ["fe80::1%eth0", "forbidden"],
    ["febf::1", "forbidden"],
    ["fd00:ec2::254", "forbidden"],
    ["fd20:ce::254", "forbidden"],
    ["fd00:42::42", "forbidden"],
    ["ff02::1", "forbidden"],
    ["::ffff:169.254.169.254", "forbidden"],
    ["::ffff:a9fe:a9fe", "forbidden"],
    ["::ffff:0.0.0.0", "forbidden"],
    ["64:ff9b::169.254.169.254", "forbidden"],
    ["64:ff9b:1::169.254.169.254", "forbidden"],
    ["2002:a9fe:a9fe::1", "forbidden"],
    ["127.0.0.1", "private"],
    ["127.8.8.8", "private"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "private"],
    ["198.18.0.1", "private"],
    ["240.0.0.1", "private"],
    ["::1", "private"],
    ["::7f00:1", "private"],
    ["fc00::1", "private"],
    ["fd12:3456::1", "private"],
    ["fec0::1", "private"],
    ["2001:db8::1", "private"],
    ["2001::1", "private"],
    ["::ffff:127.0.0.1", "private"],
    ["::ffff:10.1.2.3", "private"],
    ["64:ff9b::10.0.0.1", "private"],
    ["64:ff9b:1::8.8.8.8", "private"],
    ["2002:0a00:0001::1", "private"],
    ["2002:7f00:0001::1", "private"],
    ["8.8.8.8", "public"],
    ["172.32.0.1", "public"],
    ["169.253.255.255", "public"],
    ["223.255.255.255", "public"],
    ["2600::1", "public"],
    ["2a00:1450:4001:80b::200e", "public"],
    ["::ffff:8.8.8.8", "public"],
    ["64:ff9b::8.8.8.8", "public"],
    ["2002:0808:0808::1", "public"],
  ])("%s is %s", (address, kind) => {
    expect(kindOf(address)).toBe(kind);
  });

  it.each([
    ["http://2852039166/", "169.254.169.254"],
    ["http://0xa9fea9fe/", "169.254.169.254"],
    ["http://0251.0376.0251.0376/", "169.254.169.254"],
    ["http://169.254.43518/", "169.254.169.254"],
    ["http://1６9.254.169.254/", "169.254.169.254"],
    ["http://169.254.169.254./", "169.254.169.254"],
    ["http://0/", "0.0.0.0"],
    ["http://[::ffff:169.254.169.254]/", "::ffff:a9fe:a9fe"],
    ["http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "::ffff:a9fe:a9fe"],
    ["http://[fe80:0::0:1]/", "fe80::1"],
  ])("is found in %s, however it is spelled", (url, address) => {
    const receiver = parseReceiverUrl(url);
    expect(receiver?.host).toBe(address);
    expect(open.refusalOfAddress(receiver!, address)).toMatch(
      /link-local, metadata, multicast or unspecified/,
    );
  });
});

describe("without settings", () => {
  it.each(["127.0.0.1", "::1", "10.0.0.1", "fd00::1", "8.8.8.8"])("%s may be called", (address) => {
    expect(open.refusalOfHost(host)).toBeNull();
    expect(open.refusalOfAddress(host, address)).toBeNull();
  });

  it.each(["169.254.169.254", "::"])("%s may not", (address) => {
    expect(open.refusalOfAddress(host, address)).toContain("which no setting allows");
  });
});

describe("HOST_RUNNER_CALLBACK_DENY_PRIVATE", () => {
  it.each(["127.0.0.1", "::1", "10.0.0.1", "::ffff:10.0.0.1"])(
    "refuses %s, and says what allows it",
    (address) => {
      const refusal = guarded.refusalOfAddress(host, address);
      expect(refusal).toContain("HOST_RUNNER_CALLBACK_DENY_PRIVATE forbids");
      expect(refusal).toContain("HOST_RUNNER_CALLBACK_ALLOW can allow it");
    },
  );

  it("lets public addresses be called", () => {
    expect(guarded.refusalOfAddress(host, "8.8.8.8")).toBeNull();
  });
});

describe("HOST_RUNNER_CALLBACK_ALLOW", () => {
  const cases: [string, AllowedReceiver, string, number, string, boolean][] = [
    ["a host", { kind: "host", host: "cp", port: null }, "cp", 80, "10.0.0.1", true],
    ["a host with a dot at its end", { kind: "host", host: "cp", port: null }, "cp.", 80, "10.0.0.1", true],
    ["not another host", { kind: "host", host: "cp", port: null }, "cp2", 80, "8.8.8.8", false],
    ["a host at its port", { kind: "host", host: "cp", port: 80 }, "cp", 80, "8.8.8.8", true],
    ["not at another port", { kind: "host", host: "cp", port: 80 }, "cp", 81, "8.8.8.8", false],
    ["a subdomain", { kind: "subdomains", suffix: ".a.org", port: null }, "x.y.a.org", 80, "10.0.0.1", true],
    [
      "not the domain itself",
      { kind: "subdomains", suffix: ".a.org", port: null },
      "a.org",
      80,
      "8.8.8.8",
      false,
    ],
    ["no lookalike", { kind: "subdomains", suffix: ".a.org", port: null }, "xa.org", 80, "8.8.8.8", false],
    [
      "a network",
      { kind: "network", family: "ipv4", address: "10.0.0.0", prefix: 8, port: null },
      "any",
      80,
      "10.9.9.9",
      true,
    ],
    [
      "it in IPv6's form",
      { kind: "network", family: "ipv4", address: "10.0.0.0", prefix: 8, port: null },
      "any",
      80,
      "::ffff:10.9.9.9",
      true,
    ],
    [
      "not outside of it",
      { kind: "network", family: "ipv4", address: "10.0.0.0", prefix: 8, port: null },
      "any",
      80,
      "11.0.0.1",
      false,
    ],
    [
      "not at another port of it",
      { kind: "network", family: "ipv4", address: "10.0.0.0", prefix: 8, port: 443 },
      "any",
      80,
      "10.0.0.1",
      false,
    ],
    [
      "a network of IPv6",
      { kind: "network", family: "ipv6", address: "fd00::", prefix: 8, port: null },
      "any",
      80,
      "fd00::1",
      true,
    ],
  ];
  it.each(cases)("allows %s", (_, entry, name, port, address, isAllowed) => {
    for (const denyPrivate of [true, false]) {
      const policy = createAddressPolicy({ denyPrivate, allow: [entry] });
      const receiver = { host: name, port };
      const refusal = policy.refusalOfHost(receiver) ?? policy.refusalOfAddress(receiver, address);
      expect(refusal).toEqual(isAllowed ? null : `${name}:${port} is not in HOST_RUNNER_CALLBACK_ALLOW`);
    }
  });

  it("never allows what is link-local or metadata", () => {
    const allow: AllowedReceiver[] = [
      { ...host, kind: "host" },
      { kind: "network", family: "ipv4", address: "0.0.0.0", prefix: 0, port: null },
    ];
    const policy = createAddressPolicy({ denyPrivate: false, allow });
    expect(policy.refusalOfAddress(host, "169.254.169.254")).toContain("which no setting allows");
  });

  it("has no name looked up that it does not allow", () => {
    const policy = createAddressPolicy({
      denyPrivate: false,
      allow: [{ kind: "host", host: "cp", port: null }],
    });
    expect(policy.refusalOfHost({ host: "other", port: 80 })).toContain("HOST_RUNNER_CALLBACK_ALLOW");
  });
});
