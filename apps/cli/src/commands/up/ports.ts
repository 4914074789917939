import { createServer } from "node:net";
import { UpError } from "./errors.ts";
import { findPortHolder } from "./find-port-holder.ts";

/** The port itself where it is free, another one for 0. Throws `UpError` that says who has it. */
export async function claimApiPort(host: string, port: number): Promise<number> {
  const probe = await tryPort(host, port);
  if (typeof probe === "number") return probe;
  if (probe.code !== "EADDRINUSE") {
    throw new UpError(`The API cannot listen on ${host}, port ${port}: ${probe.message}.
Set HOST_RUNNER_HOST and HOST_RUNNER_PORT to an address of this machine.`);
  }
  const holder = findPortHolder(port);
  throw new UpError(`Port ${port} on ${host} is taken${holder ? ` by ${holder}` : ""}.
Stop that, or choose another port: HOST_RUNNER_PORT=${port + 1} npm start`);
}

/** A free port for a worker's own endpoints. */
export async function freePort(host: string): Promise<number> {
  const port = await tryPort(host, 0);
  if (typeof port === "number") return port;
  throw new UpError(`A worker cannot listen on HOST_RUNNER_WORKER_HOST ${host}: ${port.message}`);
}

function tryPort(host: string, port: number): Promise<number | NodeJS.ErrnoException> {
  const listener = createServer();
  return new Promise((resolve) => {
    listener.once("error", resolve);
    listener.listen(port, host, () => {
      const { port: actual } = listener.address() as { port: number };
      listener.close(() => resolve(actual));
    });
  });
}
