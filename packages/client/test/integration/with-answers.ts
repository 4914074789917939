import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers of an API that misbehaves, one for each request; the last one for all further ones. */
export type Answer = (response: ServerResponse, request: IncomingMessage & { body: string }) => unknown;

export interface Answering {
  url: string;
  requests: (IncomingMessage & { body: string })[];
}

export async function withAnswers(answers: Answer[], body: (api: Answering) => Promise<void>): Promise<void> {
  const requests: Answering["requests"] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const received = Object.assign(request, { body: text });
    requests.push(received);
    const answer = answers[Math.min(requests.length, answers.length) - 1]!;
    answer(response, received);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await body({ url, requests });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export const json =
  (content: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(content));

export const problem =
  (code: string, status: number, more: object = {}, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { "Content-Type": "application/problem+json", ...headers }).end(
      JSON.stringify({
        type: `urn:host-runner:problem:${code}`,
        title: code,
        status,
        detail: `it is ${code}`,
        instance: "/",
        ...more,
      }),
    );

/** Takes the request, and cuts the connection. */
export const cut: Answer = (response) => response.destroy();

export const events =
  (...parts: string[]): Answer =>
  (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const part of parts) response.write(part);
  };
