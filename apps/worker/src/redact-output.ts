import type { OutputStream, Redactor } from "@host-runner/contracts";
import type { OutputSink } from "@host-runner/executors";

export interface RedactingSink extends OutputSink {
  /** Passes on what was held back. To be called once nothing is written any more. */
  end(): Promise<void>;
}

/**
 * Passes output on without its secrets. Offsets are those of what is passed on: where a secret was taken out, they are no
 * longer those of the command. The redactor gets bytes as characters (latin1), so that it never cuts one.
 */
export function redactOutput(redactor: Redactor, sink: OutputSink): RedactingSink {
  const streams = { stdout: createStream("stdout"), stderr: createStream("stderr") };
  return {
    write: (stream, _offset, chunk) => streams[stream].write(chunk),
    async end() {
      await streams.stdout.end();
      await streams.stderr.end();
    },
  };

  function createStream(name: OutputStream) {
    const redacting = redactor.stream();
    let offset = 0;
    return {
      write(chunk: Buffer) {
        const text = chunk.toString("latin1");
        const redacted = redacting.write(text);
        return pass(redacted === text ? chunk : Buffer.from(redacted, "latin1"));
      },
      end: () => pass(Buffer.from(redacting.end(), "latin1")),
    };

    function pass(bytes: Buffer) {
      if (bytes.length === 0) return;
      const at = offset;
      offset += bytes.length;
      return sink.write(name, at, bytes);
    }
  }
}

/** Secrets as they stand in bytes that are read as latin1. */
export function asBytes(secrets: readonly string[]): string[] {
  return secrets.map((secret) => Buffer.from(secret).toString("latin1"));
}
