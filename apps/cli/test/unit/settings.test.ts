import { describe, expect, it } from "@jest/globals";
import { CliError } from "../../src/cli-error.ts";
import { chooseTarget } from "../../src/settings/choose-target.ts";
import { configPath } from "../../src/settings/config-path.ts";
import { parseConfig } from "../../src/settings/parse-config.ts";

const fallback = "http://127.0.0.1:48070";

describe("where the API is", () => {
  it("is what the first source says, with that source's token", () => {
    const sources = [
      { name: "--url", url: undefined },
      { name: "environment", url: "http://env", token: "e" },
      { name: "profile p", url: "http://p", token: "p" },
    ];
    expect(chooseTarget(sources, fallback)).toEqual({
      url: "http://env",
      urlFrom: "environment",
      token: "e",
      tokenFrom: "environment",
    });
    expect(chooseTarget([], fallback)).toMatchObject({ url: fallback, urlFrom: "default", tokenFrom: null });
  });

  it("never gets the token that stands beside another address", () => {
    const profile = { name: "profile p", url: "https://p.example", token: "p" };
    expect(
      chooseTarget([{ name: "--url", url: "http://elsewhere" }, profile], fallback).token,
    ).toBeUndefined();
    expect(chooseTarget([{ name: "--url", url: "https://p.example/" }, profile], fallback).token).toBe("p");
    expect(
      chooseTarget(
        [
          { name: "--url", url: "http://x" },
          { name: "environment", token: "e" },
        ],
        fallback,
      ).token,
    ).toBe("e");
  });
});

describe("the configuration file", () => {
  it.each([
    ["linux", {}, "/home/u/.config/host-runner/config.json"],
    ["linux", { XDG_CONFIG_HOME: "/etc/me" }, "/etc/me/host-runner/config.json"],
    ["linux", { XDG_CONFIG_HOME: "relative" }, "/home/u/.config/host-runner/config.json"],
    ["darwin", { XDG_CONFIG_HOME: "/x" }, "/home/u/Library/Application Support/host-runner/config.json"],
    [
      "win32",
      { APPDATA: "C:\\Users\\u\\AppData\\Roaming" },
      "C:\\Users\\u\\AppData\\Roaming\\host-runner\\config.json",
    ],
  ] as const)("is on %s with %j at %s", (platform, environment, path) => {
    expect(configPath({ platform, environment, home: "/home/u" })).toBe(path);
  });

  it("has profiles, one of them the usual one", () => {
    const text = '{"profile": "a", "profiles": {"a": {"url": "https://a.example", "token": "t"}, "b": {}}}';
    expect(parseConfig(text, "/c").profiles.a).toEqual({ url: "https://a.example", token: "t" });
    expect(parseConfig("{}", "/c").profiles).toEqual({});
  });

  it.each([
    ["{", "/c is not JSON"],
    ["[]", "/c cannot be used"],
    ['{"profils": {}}', "profils"],
    ['{"profile": "x"}', 'names the profile "x", which it does not have'],
    ['{"profiles": {"a": {"url": "ftp://x"}}}', "profiles.a.url: must be an http or https URL"],
    ['{"profiles": {"a": {"url": "http://u:p@x"}}}', "profiles.a.url"],
    ['{"profiles": {"a": {"token": "with space"}}}', "profiles.a.token"],
    ['{"profiles": {"a": {"token": "t", "token_file": "f"}}}', "has both token and token_file"],
  ])("that says %s is refused: %s", (text, words) => {
    expect(() => parseConfig(text, "/c")).toThrow(CliError);
    expect(() => parseConfig(text, "/c")).toThrow(words);
  });
});
