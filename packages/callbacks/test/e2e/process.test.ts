import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { withProgram } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Made for `localhost` and for this test. */
const tls = {
  key: readFileSync(fixture("localhost.key.pem")),
  cert: readFileSync(fixture("localhost.cert.pem")),
};

/** What a process tells that sends one callback to the server, and how long it then stays. */
async function sendTo(server: http.Server | https.Server, env: Record<string, string> = {}) {
  server.on("request", (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const URL = `${server instanceof https.Server ? "https" : "http"}://localhost:${port}/`;
  try {
    return await withProgram(
      { command: process.execPath, args: [fixture("send.mjs")], env: { URL, ...env } },
      async (program) => {
        await program.waitForOutput(/\n/);
        const toldAt = Date.now();
        const { code } = await program.exit;
        const delivery = JSON.parse(program.stdout()) as Record<string, unknown>;
        return { delivery, code, stayedMs: Date.now() - toldAt };
      },
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("a process that has sent a callback", () => {
  it("is not kept alive by the connection that is kept open", async () => {
    // It keeps its side open for longer than the sender does.
    const server = http.createServer({ keepAliveTimeout: 60_000 });
    const { delivery, code, stayedMs } = await sendTo(server);
    expect({ delivery, code }).toEqual({ delivery: { kind: "delivered", status: 200 }, code: 0 });
    // The sender itself would close it after 4 s.
    expect(stayedMs).toBeLessThan(3_000);
  });

  it("trusts the certificates of NODE_EXTRA_CA_CERTS", async () => {
    const { delivery } = await sendTo(https.createServer(tls), {
      NODE_EXTRA_CA_CERTS: fixture("localhost.cert.pem"),
    });
    expect(delivery).toEqual({ kind: "delivered", status: 200 });
  });

  it("trusts no others: the callback is tried again later", async () => {
    const { delivery } = await sendTo(https.createServer(tls));
    expect(delivery).toMatchObject({
      kind: "failed",
      status: null,
      detail: expect.stringMatching(/certificate/),
    });
  });
});
