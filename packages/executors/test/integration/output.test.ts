import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withShell } from "../with-shell.ts";

const MIB = 1024 * 1024;

describe("the output of a command", () => {
  it("has UTF-8 exact that was split across writes", () =>
    withShell(
      "for byte in '\\303' '\\251' '\\346' '\\274' '\\242'; do printf $byte; sleep 0.03; done",
      {},
      async ({ run }) => {
        const { output } = await run();
        expect(output).toMatchObject({ stdout: "é漢", stdoutBytes: 5, stdoutTruncated: false });
      },
    ));

  it("has U+FFFD for what is no UTF-8", () =>
    withShell("printf 'a\\377b\\303'", {}, async ({ run }) => {
      expect((await run()).output).toMatchObject({ stdout: "a\ufffdb\ufffd", stdoutBytes: 4 });
    }));

  it("keeps carriage returns, a byte order mark, escapes, and a last line without its end", () =>
    withShell("printf '\\357\\273\\2771%%\\r2%%\\r\\n\\033[0m\\0end'", {}, async ({ run }) => {
      expect((await run()).output.stdout).toBe("\ufeff1%\r2%\r\n\u001b[0m\0end");
    }));

  it("goes through pipes that can be opened again", () =>
    withShell(
      "echo a >/dev/stdout; echo b >/dev/stderr; echo c | tee /dev/stderr; echo d >>/dev/fd/2",
      {},
      async ({ run }) => {
        expect((await run()).output).toMatchObject({ stdout: "a\nc\n", stderr: "b\nc\nd\n" });
      },
    ));

  it("has its last byte where a command prints 50 MB and exits", () =>
    withShell("head -c 52428799 /dev/zero; printf x; head -c 1000000 /dev/zero >&2", {}, async ({ run }) => {
      const { output, result } = await run();
      expect(output).toMatchObject({ stdoutBytes: 50 * MIB, stderrBytes: 1_000_000, stdoutTruncated: true });
      expect(output.stdout).toHaveLength(65_536);
      expect(output.stdout.endsWith("\0x")).toBe(true);
      expect(result.exit).toEqual({ kind: "exited", exitCode: 0 });
    }));

  it("is taken without ever blocking the event loop for 100 ms: 64 MB without a newline", () =>
    withShell("head -c 67108864 /dev/zero", {}, async ({ run }) => {
      await run();
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const { output } = await run();
      delay.disable();
      expect(output.stdoutBytes).toBe(64 * MIB);
      expect(delay.max / 1e6).toBeLessThan(100);
    }));

  it("needs no memory to speak of: 2 GB", () =>
    withShell("head -c 2147483648 /dev/zero; exit 5", {}, async ({ run }) => {
      await run({ signal: AbortSignal.timeout(200) });
      const before = process.memoryUsage.rss();
      let peak = before;
      const sampler = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss());
      }, 10);
      const { result, output } = await run();
      clearInterval(sampler);
      expect(output.stdoutBytes).toBe(2048 * MIB);
      expect(result.exit).toEqual({ kind: "exited", exitCode: 5 });
      expect((peak - before) / MIB).toBeLessThan(64);
    }));

  it("waits for a slow sink, and the command with it", async () => {
    const seconds = uniqueSeconds();
    await withShell(`yes & sleep ${seconds}`, {}, async ({ run }) => {
      const controller = new AbortController();
      let bytes = 0;
      let release = () => {};
      const sink = {
        write: (_stream: string, _offset: number, chunk: Buffer) => {
          bytes += chunk.length;
          return new Promise<void>((resolve) => {
            release = resolve;
          });
        },
      };
      const running = run({ signal: controller.signal, sink });
      await waitFor("a chunk", () => bytes > 0);
      const taken = bytes;
      await setTimeout(100);
      expect(bytes).toBe(taken);
      // And it can be stopped meanwhile.
      controller.abort("cancel");
      await waitFor("its processes to be gone", () => sleepersOf(seconds).length === 0);
      const drained = setInterval(() => release(), 1);
      expect((await running).result).toMatchObject({ stopped: "cancel", survivors: [] });
      clearInterval(drained);
      expect(bytes).toBeLessThan(MIB);
    });
  });

  it("comes while the command runs, not at its end", () =>
    withShell(
      "echo first; while [ ! -e go ]; do sleep 0.02; done; echo second >&2",
      {},
      async ({ run, folder }) => {
        const { writeFileSync } = await import("node:fs");
        const streams: string[] = [];
        const sink = {
          write: (stream: string) => {
            streams.push(stream);
            writeFileSync(`${folder}/go`, "");
          },
        };
        await run({ sink });
        expect(streams).toEqual(["stdout", "stderr"]);
      },
    ));
});
