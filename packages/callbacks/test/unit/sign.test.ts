import { describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { sign } from "../../src/sign.ts";

const WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function signed(secrets: string[], body = '{"status":"success","stdout":"grüße 🙂"}') {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    "webhook-id": "event-1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": sign({ id: "event-1", timestamp, body: Buffer.from(body) }, secrets),
  };
  return { body, headers };
}

describe("a signature", () => {
  it("is the one that the specification gives as its example", () => {
    const message = {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    };
    expect(sign(message, [WHSEC])).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is accepted by the official library, with a whsec_ secret and with plain text", () => {
    const byKey = signed([WHSEC]);
    expect(new Webhook(WHSEC).verify(byKey.body, byKey.headers)).toMatchObject({ status: "success" });
    const byText = signed(["correct horse"]);
    expect(new Webhook("correct horse", { format: "raw" }).verify(byText.body, byText.headers)).toBeTruthy();
  });

  it("is there for each secret, so that a receiver with either of two accepts it", () => {
    const { body, headers } = signed(["plain", WHSEC]);
    expect(headers["webhook-signature"]).toMatch(/^v1,\S{44} v1,\S{44}$/);
    expect(new Webhook(WHSEC).verify(body, headers)).toBeTruthy();
    expect(new Webhook("plain", { format: "raw" }).verify(body, headers)).toBeTruthy();
  });

  it("is refused by the official library for another body, id, time or secret", () => {
    const { body, headers } = signed([WHSEC]);
    const webhook = new Webhook(WHSEC);
    expect(() => webhook.verify(body.replace("success", "failed"), headers)).toThrow();
    expect(() => webhook.verify(body, { ...headers, "webhook-id": "event-2" })).toThrow();
    const later = String(Number(headers["webhook-timestamp"]) + 1);
    expect(() => webhook.verify(body, { ...headers, "webhook-timestamp": later })).toThrow();
    expect(() => new Webhook("whsec_AAAA").verify(body, headers)).toThrow();
  });
});
