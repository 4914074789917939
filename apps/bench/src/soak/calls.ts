import { Pool } from "undici";

interface Content {
  body?: object;
  headers?: Record<string, string>;
}

/** The calls of which stories are made. */
export interface Calls {
  /** Where callbacks go. */
  receiver: string;
  /** Throws for anything but a good answer. */
  ok(method: "GET" | "POST", path: string, content?: Content): Promise<void>;
  /** Throws for any other status. */
  refused(status: number, method: "GET" | "POST", path: string, content?: Content): Promise<void>;
  /** Reads events up to their end. */
  events(path: string): Promise<void>;
  /** Asks, and hangs up before the answer is over. */
  hangUp(path: string, headers?: Record<string, string>): Promise<void>;
}

const HANG_UP_MS = 100;

export function openCalls(url: string, receiver: string): Calls & { close(): Promise<void> } {
  const pool = new Pool(url, { connections: 100 });

  async function send(method: "GET" | "POST", path: string, { body, headers = {} }: Content = {}) {
    const content = body && { "content-type": "application/json" };
    const answer = await pool.request({
      ...{ method, path, headers: { ...content, ...headers } },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  return {
    receiver,
    async ok(method, path, content) {
      const { status, text } = await send(method, path, content);
      if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
    },
    async refused(wanted, method, path, content) {
      const { status, text } = await send(method, path, content);
      if (status !== wanted) throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
    },
    async events(path) {
      const { status, text } = await send("GET", path);
      if (status !== 200 || !text.includes("event: end")) throw new Error(`GET ${path} has no end: ${text}`);
    },
    async hangUp(path, headers = {}) {
      const stop = AbortSignal.timeout(HANG_UP_MS);
      const request = pool.request({ method: "GET", path, headers, signal: stop });
      await request
        .then(({ body }) => body.text())
        .catch((error: Error) => {
          if (!stop.aborted) throw error;
        });
    },
    close: () => pool.destroy(),
  };
}
