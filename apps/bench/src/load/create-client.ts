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
      const task = await ask<{ finished_at: string | null }>({
        method: "GET",
        path: `/tasks/${taskId}`,
        headers,
      });
      if (task.finished_at === null) throw new Error(`task ${taskId} did not end`);
      return task as Task;
    },
    close: () => pool.destroy(),
  };

  async function ask<T>(options: Dispatcher.RequestOptions): Promise<T> {
    const { statusCode, body } = await pool.request(options);
    const answer = await body.json();
    if (statusCode < 300) return answer as T;
    const { method, path } = options;
    throw new Error(`${method} ${path} was answered with ${statusCode}: ${JSON.stringify(answer)}`);
  }
}
