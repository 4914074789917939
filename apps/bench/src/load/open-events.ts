import { request } from "undici";

/** Reads the server-sent events of a path until it is closed: calls back with each one's name and data. */
export async function openEvents(
  url: string,
  onEvent: (name: string, data: unknown) => void,
): Promise<{ close(): void; ended: Promise<void> }> {
  const stop = new AbortController();
  const { statusCode, body } = await request(url, { signal: stop.signal });
  if (statusCode !== 200) throw new Error(`GET ${url} was answered with ${statusCode}`);
  return { close: () => stop.abort(), ended: readEvents() };

  async function readEvents(): Promise<void> {
    let rest = "";
    try {
      body.setEncoding("utf8");
      for await (const text of body) {
        const blocks = (rest + text).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) tell(block);
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }

  function tell(block: string): void {
    const name = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (name !== undefined && data !== undefined) onEvent(name, JSON.parse(data));
  }
}
