import { type Dispatcher, Pool } from "undici";

/** Calls an API as a control plane does: over connections that stay open. */
export interface ApiClient {
  url: string;
  /** The answer's body. Throws for anything but a good answer. */
  call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T>;
  /** The task once it has ended. */
  untilEnded<Task>(taskId: string): Promise<Task>;
  close(): Promise<void>;
}

const LONGEST_WAIT_SECONDS = 120;

export function createClient(url: string): ApiClient {
  const pool = new Pool(url);
  return {
    url,
    call: <T>(method: "GET" | "POST", path: string, content?: unknown) =>
      content === undefined
        ? ask<T>({ method, path })
        : ask<T>({
            ...{ method, path, headers: { "content-type": "application/json" } },
            body: JSON.stringify(content),
          }),
    async untilEnded<Task>(taskId: string) {
      const headers = { prefer: `wait=${LONGEST_WAIT_SECONDS}` };
      const path = `/tasks/${taskId}`;
      const task = await ask<{ finished_at: string | null }>({ method: "GET", path, headers });
      if (task.finished_at === null) throw new Error(`task ${taskId} did not end`);
      return task as Task;
    },
    close: () => pool.destroy(),
  };

  async function ask<T>(options: Dispatcher.DispatchOptions): Promise<T> {
    const { status, text } = await send(options);
    if (status < 300) return JSON.parse(text) as T;
    const { method, path } = options;
    throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
  }

  /** As bare as undici has it: rows measure latencies with this, and what the client costs is not the API's. */
  function send(options: Dispatcher.DispatchOptions): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      let status = 0;
      const chunks: Buffer[] = [];
      pool.dispatch(options, {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString() }),
        onResponseError: (_controller, error) => reject(error),
      });
    });
  }
}
