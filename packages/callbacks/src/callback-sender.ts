import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { CallbackBody } from "@host-runner/contracts";
import { type AddressPolicyOptions, createAddressPolicy } from "./address-policy.ts";
import {
  createCheckedLookup,
  RefusedAddress,
  type Resolve,
  resolveBySystem,
  shareQuestions,
} from "./checked-lookup.ts";
import { classify } from "./classify.ts";
import type { Delivery } from "./delivery.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { createHeaders } from "./headers.ts";
import { parseReceiverUrl, type ReceiverUrl } from "./receiver-url.ts";
import { parseRetryAfter } from "./retry-after.ts";

export interface CallbackRequest {
  /** `status_callback_url` as it was submitted. */
  url: string;
  /** `status_callback_token`. */
  token: string | null;
  /** The same each time that this callback is sent. ASCII, for it is a header. */
  eventId: string;
  body: CallbackBody;
  /** Asked before each part is sent. Once it is false nothing is sent: the right to send may be another worker's. */
  isMine: () => boolean;
  /** The clock of the fleet, in ms since the epoch: signatures carry its time. */
  now: () => number;
}

export interface CallbackSender {
  /** Sends a callback once, within `timeoutMs`. Never rejects for what a receiver or the network does. */
  send(request: CallbackRequest): Promise<Delivery>;
  /** Ends every connection. What is under way fails. */
  close(): void;
}

export interface CallbackSenderOptions extends AddressPolicyOptions {
  /** Each signs every callback: while one takes the other's place, receivers may know either. None: not signed. */
  secrets: readonly string[];
  /** For all of it: finding the address, connecting, sending, the whole answer. */
  timeoutMs?: number;
  /** How the addresses of a name are found; as every program of the host does it where it is not given. */
  resolve?: Resolve;
}

/** Many servers close an idle connection after 5 s, some without saying so: be gone before. */
const IDLE_MS = 4_000;

/** A host's addresses are tried one after the other. Node's own 250 ms are less than a way around the world and back. */
const NEXT_ADDRESS_AFTER_MS = 2_000;

/** Keeps connections to each receiver open while callbacks follow each other. Idle ones keep no process alive. */
export function createCallbackSender({
  secrets,
  denyPrivate,
  allow,
  timeoutMs = 10_000,
  resolve = resolveBySystem,
}: CallbackSenderOptions): CallbackSender {
  const policy = createAddressPolicy({ denyPrivate, allow });
  const resolveOnce = shareQuestions(resolve);
  const agents = {
    "http:": new http.Agent({ keepAlive: true, timeout: IDLE_MS }),
    "https:": new https.Agent({ keepAlive: true, timeout: IDLE_MS }),
  };
  const underWay = new Set<AbortController>();
  let isClosed = false;

  return {
    async send(request) {
      const receiver = parseReceiverUrl(request.url);
      if (receiver === null) return refused("the URL is not one of http or https");
      const refusal = refusalOf(receiver);
      if (refusal !== null) return refused(refusal);
      if (isClosed) return failed("the sender is closed");
      return toDelivery(await post(receiver, request), request.now());
    },
    close() {
      isClosed = true;
      for (const abort of underWay) abort.abort(new Error("the sender was closed"));
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };

  /** Known before anything is asked of a name server. */
  function refusalOf(receiver: ReceiverUrl): string | null {
    return isIP(receiver.host)
      ? policy.refusalOfAddress(receiver, receiver.host)
      : policy.refusalOfHost(receiver);
  }

  async function post(
    receiver: ReceiverUrl,
    { token, eventId, ...request }: CallbackRequest,
  ): Promise<Exchange> {
    const { authorization, protocol, host, port, path } = receiver;
    const body = Buffer.from(JSON.stringify(request.body));
    const abort = new AbortController();
    const options = {
      method: "POST",
      protocol,
      host,
      port,
      path,
      headers: createHeaders({ token, eventId, authorization, body, now: request.now() }, secrets),
      signal: abort.signal,
      lookup: createCheckedLookup(resolveOnce, (address) => policy.refusalOfAddress(receiver, address)),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    };
    const timer = setTimeout(
      () => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    underWay.add(abort);
    try {
      const first = await exchange({ ...options, agent: agents[protocol] }, body, request.isMine);
      if (first.kind !== "broken" || !first.wasStale) return first;
      // Not from the pool, where the next connection may be as stale.
      return await exchange({ ...options, agent: false }, body, request.isMine);
    } finally {
      clearTimeout(timer);
      underWay.delete(abort);
    }
  }
}

function toDelivery(result: Exchange, now: number): Delivery {
  if (result.kind === "too-late") return { kind: "too-late" };
  if (result.kind === "broken") {
    const { error } = result;
    return error instanceof RefusedAddress ? refused(error.message) : failed(describe(error));
  }
  const { status, retryAfter } = result;
  const detail = `answered ${status}`;
  switch (classify(status)) {
    case "delivered":
      return { kind: "delivered", status };
    case "failed":
      return { kind: "failed", status, detail, retryAfterMs: parseRetryAfter(retryAfter, now) };
    case "refused":
      if (status < 400) return refused(`${detail}: redirects are not followed, give the final URL`, status);
      return refused(detail, status);
  }
}

function refused(detail: string, status: number | null = null): Delivery {
  return { kind: "refused", status, detail };
}

function failed(detail: string): Delivery {
  return { kind: "failed", status: null, detail, retryAfterMs: null };
}

/** In one line. An abort tells its reason, and a connection that failed at each address tells of all. */
function describe(error: Error): string {
  if (error.name === "AbortError" && error.cause instanceof Error) return error.cause.message;
  if ("errors" in error) return (error as AggregateError).errors.map(describe).join("; ");
  return error.message;
}
