import { describe, expect, it } from "@jest/globals";
import { parseCommand } from "../../src/proxy/command.ts";
import { createFrameReader } from "../../src/proxy/frames.ts";

/** One frame of each kind that Redis knows, in RESP 2 and 3. */
const frames = [
  "+OK\r\n",
  "-ERR no\r\n",
  ":-12\r\n",
  "$-1\r\n",
  "$0\r\n\r\n",
  "$5\r\na\r\nbc\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n",
  "_\r\n",
  "#t\r\n",
  ",1.5\r\n",
  "(12345678901234567890\r\n",
  "=7\r\ntxt:a b\r\n",
  "!5\r\nERR x\r\n",
  "%2\r\n+a\r\n*1\r\n:1\r\n+b\r\n%0\r\n",
  "~2\r\n:1\r\n:2\r\n",
  "|1\r\n+ttl\r\n:3\r\n*1\r\n:5\r\n",
  ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\n\r\n\r\n",
  "PING\r\n",
];
const stream = Buffer.from(frames.join(""));

describe("the reader of Redis' protocol", () => {
  it("finds each frame, whatever is in it", () => {
    expect(createFrameReader().push(stream).map(String)).toEqual(frames);
  });

  it.each([1, 2, 3, 7, 16])("finds them in chunks of %d bytes", (size) => {
    const reader = createFrameReader();
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      found.push(...reader.push(stream.subarray(at, at + size)).map(String));
    }
    expect(found).toEqual(frames);
  });

  it("reads a large value that comes in many chunks in time that grows with its size alone", () => {
    const value = Buffer.alloc(8 * 1024 * 1024, "x");
    const reader = createFrameReader();
    const found = [reader.push(Buffer.from(`$${value.length}\r\n`))];
    for (let at = 0; at < value.length; at += 65_536)
      found.push(reader.push(value.subarray(at, at + 65_536)));
    found.push(reader.push(Buffer.from("\r\n")));
    expect(found.flat().map(({ length }) => length)).toEqual([value.length + 12]);
  });
});

const commandOf = (...words: string[]) =>
  parseCommand(
    Buffer.from(
      `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`,
    ),
  );

describe("a client's command", () => {
  it("has its name in lower case, and its subcommand in the name", () => {
    expect(commandOf("GET", "Key")).toMatchObject({ name: "get", length: 2 });
    expect(commandOf("CLIENT", "SetName", "x")).toMatchObject({ name: "client|setname", length: 3 });
    expect(parseCommand(Buffer.from("ping me\r\n"))).toMatchObject({ name: "ping", length: 2 });
  });

  it("has the words that matter: a script, and who wants to come in", () => {
    expect(commandOf("EVAL", "return 1\r\n", "0").words[1]).toBe("return 1\r\n");
    expect(commandOf("HELLO", "3", "AUTH", "name", "password").words).toContain("AUTH");
  });
});
