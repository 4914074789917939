/**
 * Receives the callbacks of a trial, in a process of its own. It has each in its journal before it answers; while there
 * is a file SPOILT, it answers in the way that the file says.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { CallbackBody } from "@host-runner/contracts";
import { Webhook } from "standardwebhooks";
import { endOf } from "../evidence/answer.ts";
import { findCommandProcesses } from "../evidence/processes.ts";
import { appendReceipt, beginReceipts, type Receipt } from "./receipt.ts";
import { type ReceiverAnswer, spoiltWays } from "./ways.ts";

const { PORT, SECRET = "", JOURNAL = "", SPOILT = "", TMPDIR = "" } = process.env;
const webhook = new Webhook(SECRET);

const SLOW_MS = { min: 1_000, max: 4_000 };
/** The sender waits 10 s. */
const LATE_MS = 11_000;

beginReceipts(JOURNAL);
const server = createServer((request, response) => {
  // It was broken off, and will come again.
  receive(request, response).catch(() => response.destroy());
});
server.listen(Number(PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
// Who has started it is gone.
process.on("disconnect", () => process.exit(0));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET") return void response.end();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = readAnswer();
  appendReceipt(JOURNAL, describe(request, Buffer.concat(chunks), answer));
  await reply(response, answer);
}

function readAnswer(): ReceiverAnswer {
  try {
    const text = readFileSync(SPOILT, "utf8");
    return spoiltWays.find((way) => way === text) ?? "204";
  } catch {
    // There is none.
    return "204";
  }
}

function describe({ headers }: IncomingMessage, bytes: Buffer, answer: ReceiverAnswer): Receipt {
  const at = Date.now();
  const body = JSON.parse(bytes.toString("utf8")) as CallbackBody;
  const { task_id, execution, status, stdout, stderr } = body;
  const isOwn = (process: { taskId: string; execution: number }) =>
    process.taskId === task_id && process.execution === execution;
  const { "webhook-id": webhookId, "x-runner-token": token } = headers as Record<string, string | undefined>;
  return {
    at,
    body: { ...body, stdout: endOf(stdout), stderr: endOf(stderr) },
    webhookId: webhookId ?? null,
    token: token ?? null,
    isSigned: isSigned(headers as Record<string, string>, bytes),
    running: status === "running" ? [] : findCommandProcesses(TMPDIR).filter(isOwn),
    answer,
  };
}

function isSigned(headers: Record<string, string>, bytes: Buffer): boolean {
  try {
    webhook.verify(bytes, headers);
    return true;
  } catch {
    return false;
  }
}

async function reply(response: ServerResponse, answer: ReceiverAnswer): Promise<void> {
  switch (answer) {
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "lost":
      response.destroy();
      return;
    case "503":
      response.setHeader("Retry-After", "1");
      break;
    case "slow":
      await delay(SLOW_MS.min + Math.random() * (SLOW_MS.max - SLOW_MS.min));
      break;
    case "late":
      await delay(LATE_MS);
      break;
  }
  response.writeHead(Number(answer) || 204).end();
}
