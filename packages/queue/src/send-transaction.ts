import type { Writable } from "node:stream";
import { Command, type Redis } from "ioredis";

/** A command whose last argument is much: written as it is, where ioredis would copy it, and once more in a pipeline. */
class CommandWithBytes extends Command {
  readonly #bytes: Buffer;

  constructor(name: string, args: string[], bytes: Buffer) {
    super(name, args, { replyEncoding: "utf8" });
    this.#bytes = bytes;
  }

  override toWritable(stream: object): string {
    const words = [this.name, ...(this.args as string[])];
    const head = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("");
    (stream as Writable).write(`*${words.length + 1}\r\n${head}$${this.#bytes.length}\r\n`);
    (stream as Writable).write(this.#bytes);
    return "\r\n";
  }
}

export function command(name: string, args: string[], bytes?: Buffer): Command {
  if (bytes) return new CommandWithBytes(name, args, bytes);
  return new Command(name, args, { replyEncoding: "utf8" });
}

/**
 * Runs commands as one transaction, and resolves with the answer, or the error, of each. Rejects where none was run, or nobody
 * knows whether they were.
 */
export async function sendTransaction(redis: Redis, commands: Command[]): Promise<unknown[]> {
  const all = [command("multi", []), ...commands, command("exec", [])];
  // ioredis sends commands again that a broken connection left without an answer: these all together, or none of them,
  // as the commands of a pipeline. Corked, the connection cannot be seen to break between two of them.
  redis.stream?.cork();
  const sent = all.map((one, i) => {
    one.pipelineIndex = i;
    return redis.sendCommand(one);
  });
  redis.stream?.uncork();
  const answers = await Promise.allSettled(sent);
  // The first refusal says why; that of the end says only that there was one.
  for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
  return (answers.at(-1) as PromiseFulfilledResult<unknown[]>).value;
}
