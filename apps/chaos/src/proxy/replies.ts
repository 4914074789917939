import { endOfLine } from "./frames.ts";

/** What comes next for the client, command by command. */
type Expected =
  /** Redis' reply, as it is. */
  | { kind: "pass"; blocking: boolean }
  /** These bytes instead of Redis' reply. */
  | { kind: "instead"; bytes: Buffer }
  /** These bytes: Redis has not got the command. */
  | { kind: "own"; bytes: Buffer }
  /** So many confirmations of a subscription, which come as messages do; or one error. */
  | { kind: "confirmations"; left: number };

/** Keeps the replies to one client in the order of its commands, whoever gives them. */
export interface Replies {
  expect(next: Expected): void;
  /** A frame from Redis. */
  take(frame: Buffer): void;
  /** Whether the client waits in Redis, and for nothing else before that. */
  isBlocked(): boolean;
}

const MESSAGES = new Set(["message", "pmessage", "smessage"]);
const CONFIRMATION = /^[ps]?(un)?subscribe$/;
const ERROR = 0x2d;
const PUSH = 0x3e;
const ARRAY = 0x2a;

export function createReplies(send: (bytes: Buffer) => void): Replies {
  const expected: Expected[] = [];
  // With RESP 2 a message is an array like any other; who never subscribes gets none.
  let subscribes = false;

  function take(frame: Buffer): void {
    const kind = kindOf(frame, subscribes);
    if (kind === "message") send(frame);
    else if (expected[0]?.kind === "confirmations") takeConfirmation(frame, expected[0]);
    // A confirmation that nothing waits for: one UNSUBSCRIBE may have several.
    else if (kind === "confirmation") send(frame);
    else takeReply(frame);
    sendOwn();
  }

  function takeConfirmation(frame: Buffer, waiting: { left: number }): void {
    waiting.left -= frame[0] === ERROR ? waiting.left : 1;
    if (waiting.left <= 0) expected.shift();
    send(frame);
  }

  function takeReply(frame: Buffer): void {
    const next = expected.shift();
    send(next?.kind === "instead" ? next.bytes : frame);
  }

  function sendOwn(): void {
    for (let next = expected[0]; next?.kind === "own"; next = expected[0]) {
      expected.shift();
      send(next.bytes);
    }
  }

  return {
    take,
    expect(next) {
      if (next.kind === "confirmations") subscribes = true;
      expected.push(next);
      sendOwn();
    },
    isBlocked: () => expected[0]?.kind === "pass" && expected[0].blocking,
  };
}

function kindOf(frame: Buffer, subscribes: boolean): "reply" | "message" | "confirmation" {
  const isPush = frame[0] === PUSH;
  if (!isPush && !(subscribes && frame[0] === ARRAY)) return "reply";
  const what = firstWord(frame);
  if (CONFIRMATION.test(what)) return "confirmation";
  // Other pushes, of invalidated keys for example, answer nothing either.
  return isPush || MESSAGES.has(what) ? "message" : "reply";
}

/** The first element of an array, where that is a bulk string. */
function firstWord(frame: Buffer): string {
  const line = endOfLine(frame, endOfLine(frame, 0) + 2);
  const from = line + 2;
  return line < 0 || from >= frame.length ? "" : frame.toString("latin1", from, endOfLine(frame, from));
}
