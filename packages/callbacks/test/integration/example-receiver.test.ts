import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { type Program, waitFor, withProgram } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { sign } from "../../src/sign.ts";
import { callbackBody, callbackTo, withSender } from "./with-sender.ts";

const example = fileURLToPath(new URL("../../../../docs/examples/callback-receiver.mjs", import.meta.url));
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function withExample(secret: string, body: (url: string, program: Program) => Promise<void>) {
  return withProgram(
    { command: process.execPath, args: [example], env: { CALLBACK_SECRET: secret, PORT: "0" } },
    async (program) => {
      const [, url = ""] = await program.waitForOutput(/receiving callbacks at (\S+)/);
      await body(url, program);
    },
  );
}

/** What the example answers to a body, whose signature is that of `signed`. */
async function post(url: string, { body = callbackBody, signed = callbackBody, agoSeconds = 0 } = {}) {
  const timestamp = Math.floor(Date.now() / 1000) - agoSeconds;
  const id = "event-1";
  const { status } = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": sign({ id, timestamp, body: JSON.stringify(signed) }, [SECRET]),
    },
  });
  return status;
}

describe("docs/examples/callback-receiver.mjs", () => {
  it.each([SECRET, "correct-horse"])("accepts what is signed with %s, and counts it once", async (secret) => {
    await withExample(secret, (url, program) =>
      withSender({ secrets: ["another", secret] }, async (sender) => {
        for (let i = 0; i < 2; i++) {
          expect(await sender.send(callbackTo(url))).toEqual({ kind: "delivered", status: 204 });
        }
        const next = { ...callbackBody, event_id: "event-2", message: "another one" };
        expect(await sender.send(callbackTo(url, { body: next }))).toMatchObject({ kind: "delivered" });
        const lines = await waitFor(() => /another one/.test(program.stdout()) && program.stdout(), {
          description: "the example has told of the second callback",
        });
        expect(lines.split("\n").slice(1)).toEqual([
          "1 (execution 1): success, mock execution completed",
          "1 (execution 1): success, another one",
          "",
        ]);
      }),
    );
  });

  it("refuses what was signed with another secret, or not at all", async () => {
    await withExample(SECRET, async (url) => {
      for (const secrets of [["other"], []]) {
        await withSender({ secrets }, async (sender) => {
          expect(await sender.send(callbackTo(url))).toMatchObject({ kind: "refused", status: 401 });
        });
      }
    });
  });

  it("refuses what was changed on its way, and what is old", async () => {
    await withExample(SECRET, async (url, program) => {
      expect(await post(url, { body: { ...callbackBody, exit_code: 1 } })).toBe(401);
      expect(await post(url, { agoSeconds: 600 })).toBe(401);
      expect(program.stdout().split("\n")).toHaveLength(2);
      expect(await post(url)).toBe(204);
    });
  });

  it("outlives a callback that breaks off, and one that is too long", async () => {
    await withExample(SECRET, async (url) => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      await once(socket, "connect");
      socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", () => socket.destroy());
      await once(socket, "close");
      expect(await post(url, { body: { ...callbackBody, stdout: "x".repeat(5 * 1024 * 1024) } })).toBe(413);
      expect(await post(url)).toBe(204);
    });
  });
});
