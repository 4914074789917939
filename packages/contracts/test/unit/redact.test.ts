import { describe, expect, it } from "@jest/globals";
import { createRedactor, secretsOf } from "../../src/redact.ts";

const cases: [title: string, text: string, redacted: string][] = [
  ["a bearer token", "Authorization: Bearer abc.def-1", "Authorization: Bearer [REDACTED]"],
  ["a bearer token in JSON", '{"authorization":"Bearer abc"}', '{"authorization":"Bearer [REDACTED]"}'],
  ["an authorization without a scheme", "authorization: 1234 rest", "authorization: [REDACTED] rest"],
  [
    "one on a command line",
    `curl -H 'Authorization: Basic eHg=' x`,
    `curl -H 'Authorization: Basic [REDACTED]' x`,
  ],
  ["a password", "password=hunter2 ok", "password=[REDACTED] ok"],
  ["the password of something", "DB_PASSWORD=hunter2\nnext", "DB_PASSWORD=[REDACTED]\nnext"],
  ["a token in a query", "GET /?token=abc&page=2", "GET /?token=[REDACTED]&page=2"],
  [
    "an API key, whatever its spelling",
    "api_key=a API-KEY=b apikey=c",
    "api_key=[REDACTED] API-KEY=[REDACTED] apikey=[REDACTED]",
  ],
  ["an AWS secret", "AWS_SECRET_ACCESS_KEY=a/b+c=", "AWS_SECRET_ACCESS_KEY=[REDACTED]"],
  ["a quoted value with spaces", 'password="two words" x', 'password="[REDACTED]" x'],
  ["a quoted value with a quote in it", 'token="a\\"b" x', 'token="[REDACTED]" x'],
  ["a quoted value in JSON", '{"password": "p q", "n": 1}', '{"password": "[REDACTED]", "n": 1}'],
  ["JSON within JSON", '"{\\"token\\":\\"abc\\",\\"n\\":1}"', '"{\\"token\\":\\"[REDACTED]\\",\\"n\\":1}"'],
  ["a value behind a colour", "password=\u001b[31mred\u001b[0m end", "password=[REDACTED] end"],
  ["a value that looks like a name", "password=token=abc x", "password=[REDACTED] x"],
  ["a value of one backslash and more", "password=\\abc x", "password=[REDACTED] x"],
  ["what an open quote holds, up to the end of its line", 'token="abc\nnext', 'token="[REDACTED]\nnext'],
  ["the given values", "it is s3cr3t-value, it is", "it is [REDACTED], it is"],
  ["a given value that another one continues", "s3cr3t-value-2 s3cr3t-value", "[REDACTED] [REDACTED]"],
];

const harmless = [
  'unexpected token: "}" at 3',
  '{"tokens": 5, "max_token": 7, "token": 9}',
  "password= and token= are empty, api_key=",
  "the author's authorization was refused",
  "s3cr3t-valu and s3cr3",
  "tokenize=1 secrets: none, keyboard=us",
  "Grüße 日本 🙂",
];

const secrets = ["s3cr3t-value", "s3cr3t-value-2"];

describe("createRedactor", () => {
  const redactor = createRedactor(secrets);

  it.each(cases)("takes out %s", (_title, text, redacted) => {
    expect(redactor.text(text)).toBe(redacted);
  });

  it.each(harmless)("leaves alone: %s", (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it.each(cases)(
    "takes out %s wherever the text is cut in two or in single characters",
    (_title, text, redacted) => {
      const inPieces = (pieces: string[]) => {
        const stream = redactor.stream();
        return pieces.map((piece) => stream.write(piece)).join("") + stream.end();
      };
      for (let at = 0; at <= text.length; at++) {
        expect(inPieces([text.slice(0, at), text.slice(at)])).toBe(redacted);
      }
      expect(inPieces([...text])).toBe(redacted);
    },
  );

  it.each(cases)(
    "takes out %s from between much that is harmless, wherever it is cut",
    (_title, text, redacted) => {
      const line = "compiled and checked, no problem found\n".repeat(3);
      for (let at = 0; at <= text.length; at++) {
        const stream = redactor.stream();
        const pieces = [line, line + text.slice(0, at), `${text.slice(at)}\n${line}`, line];
        const written = pieces.map((piece) => stream.write(piece)).join("") + stream.end();
        expect(written).toBe(`${line}${line}${redacted}\n${line}${line}`);
      }
    },
  );

  it("takes out of a JSON value what its texts hold, and what stands under a telling name", () => {
    const value = {
      prompt: "log in with password=hunter2",
      tokens: 5,
      list: ["token=abc", null, true, { API_KEY: "x", "client-secret": "y", token: "" }],
      s: "s3cr3t-value",
    };
    expect(redactor.json(value)).toEqual({
      prompt: "log in with password=[REDACTED]",
      tokens: 5,
      list: [
        "token=[REDACTED]",
        null,
        true,
        { API_KEY: "[REDACTED]", "client-secret": "[REDACTED]", token: "" },
      ],
      s: "[REDACTED]",
    });
  });

  it("holds nothing back of a line that has no beginning of a secret at its end", () => {
    const stream = redactor.stream();
    expect(stream.write("compiling ... 12 %")).toBe("compiling ... 12 %");
    expect(stream.write("Password:")).toBe("Password:");
  });

  it("keeps nothing of a value that never ends", () => {
    const stream = redactor.stream();
    expect(stream.write("token=")).toBe("token=");
    const written = Array.from({ length: 1000 }, () => stream.write("x".repeat(1000)));
    expect(written.join("")).toBe("[REDACTED]");
  });
});

describe("secretsOf", () => {
  it("takes each line of a value, and tells of those that are too short", () => {
    const environment = { KEY: "first line\nsecond\nx", SHORT: "abc", EMPTY: "" };
    expect(secretsOf(["KEY", "SHORT", "EMPTY", "ABSENT"], environment)).toEqual({
      secrets: ["first line", "second", "first line\\nsecond\\nx"],
      tooShort: ["SHORT"],
    });
  });
});
