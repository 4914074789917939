import { describe, expect, it } from "@jest/globals";
import type { Command } from "../../src/proxy/command.ts";
import type { CommandTable } from "../../src/proxy/command-table.ts";
import { type RefusalWord, refusalWords } from "../../src/proxy/refusal.ts";
import { refuseCommand } from "../../src/proxy/refuse-command.ts";
import { createScriptBook } from "../../src/proxy/script-book.ts";

const facts = (hasKeys: boolean, ...flags: string[]) => ({ hasKeys, flags: new Set(flags) });
const table: CommandTable = new Map([
  ["get", facts(true, "readonly")],
  ["set", facts(true, "write", "denyoom")],
  ["del", facts(true, "write")],
  ["ping", facts(false)],
  ["info", facts(false, "loading", "stale")],
  ["hello", facts(false, "loading", "stale", "no_auth")],
  ["auth", facts(false, "loading", "stale", "no_auth")],
  ["multi", facts(false, "loading", "stale")],
  ["client|setname", facts(false, "loading", "stale")],
  ["bzpopmin", facts(true, "write")],
  ["eval", facts(true, "stale", "movablekeys")],
  ["evalsha", facts(true, "stale", "movablekeys")],
  ["publish", facts(false, "loading", "stale")],
]);

const command = (...words: string[]): Command => ({ name: words[0]!, length: words.length, words });
const asked: Record<string, Command> = {
  get: command("get"),
  set: command("set"),
  del: command("del"),
  ping: command("ping"),
  info: command("info"),
  auth: command("auth"),
  hello: command("hello", "3", "AUTH", "name", "password"),
  multi: command("multi"),
  "client|setname": command("client|setname"),
  bzpopmin: command("bzpopmin"),
  publish: command("publish"),
  "a script that reads": command("eval", "return redis.call('GET', KEYS[1])"),
  "a script that writes": command("eval", "redis.pcall('DEL', KEYS[1]) return redis.call('SET', KEYS[1], 1)"),
  "a script that removes": command("eval", "return redis.call('DEL', KEYS[1])"),
  "a script that nobody has seen": command("evalsha", "0".repeat(40)),
};
const scripts = Object.keys(asked).filter((name) => name.startsWith("a script"));
const writes = [...["set", "del", "bzpopmin"], ...scripts.filter((name) => !name.endsWith("reads"))];
const all = Object.keys(asked);
const without = (...names: string[]) => all.filter((name) => !names.includes(name));

/** What each word refuses of them. */
const refused: Record<RefusalWord, string[]> = {
  NOAUTH: without("auth", "hello"),
  WRONGPASS: ["auth", "hello"],
  NOPERM: writes,
  READONLY: writes,
  MASTERDOWN: ["get", "set", "del", "ping", "bzpopmin", ...scripts],
  LOADING: ["get", "set", "del", "ping", "bzpopmin", ...scripts],
  OOM: ["set", "a script that writes", "a script that nobody has seen"],
  MISCONF: [...writes, "ping"],
  NOREPLICAS: writes,
  CLUSTERDOWN: ["get", "set", "del", "bzpopmin", ...scripts],
  TRYAGAIN: ["get", "set", "del", "bzpopmin", ...scripts],
  BUSY: without("auth", "hello", "multi"),
  UNBLOCKED: ["bzpopmin"],
};

const refuse = (word: RefusalWord, name: string, inScripts = false) =>
  refuseCommand({ word, inScripts, cut: false }, asked[name]!, { table, scripts: createScriptBook() });

describe("a refusal", () => {
  it.each(refusalWords)("refuses what Redis refuses with %s, and nothing else", (word) => {
    const found = all.filter((name) => refuse(word, name) !== null);
    expect(new Set(found)).toEqual(new Set(refused[word]));
    for (const name of found) expect(refuse(word, name)).toMatch(new RegExp(`^${word} \\S.*$`));
  });

  it("tells a script's error as Redis 6.2 does, where a script meets it inside", () => {
    const told =
      /^ERR Error running script \(call to f_[0-9a-f]{40}\): @user_script:17: @user_script: 17: -READONLY You can't/;
    expect(refuse("READONLY", "a script that writes", true)).toMatch(told);
    expect(refuse("READONLY", "set", true)).toMatch(/^READONLY /);
    expect(refuse("LOADING", "a script that writes", true)).toMatch(/^LOADING /);
  });

  it("knows a script by its digest once it has seen it", () => {
    const context = { table, scripts: createScriptBook() };
    const refusal = { word: "READONLY", inScripts: false, cut: false } as const;
    const bySha = command("evalsha", "4e6d8fc8bb01276962cce5371fa795a7763657ae");
    expect(refuseCommand(refusal, bySha, context)).not.toBeNull();
    refuseCommand(null, command("eval", "return redis.call('get', KEYS[1])"), context);
    expect(refuseCommand(refusal, bySha, context)).toBeNull();
  });
});
