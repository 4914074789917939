import { isUtf8 } from "node:buffer";
import { HostRunnerError } from "@host-runner/contracts";
import express, { type RequestHandler } from "express";

/** Reads a JSON body of at most `maxBytes`. Throws the refusals of the contract. */
export function readJsonBody({ maxBytes }: { maxBytes: number }): RequestHandler[] {
  return [
    (request, _response, next) => {
      const isJson = request.headers["content-type"] === "application/json";
      if (!isJson && request.is(["application/json", "+json"]) === false) {
        const given = request.headers["content-type"] ?? "none";
        throw new HostRunnerError(
          "unsupported_media_type",
          `send Content-Type: application/json, not ${given}`,
        );
      }
      next();
    },
    express.json({
      type: () => true,
      strict: false,
      limit: maxBytes,
      verify(_request, _response, body) {
        if (body.length === 0) throw emptyBody();
        // Decoding would put U+FFFD in the place of such bytes, and run another prompt than was sent.
        if (!isUtf8(body)) throw new HostRunnerError("malformed_request", "the body is not valid UTF-8");
      },
    }),
    (request, _response, next) => {
      if (request.body === undefined) throw emptyBody();
      next();
    },
  ];
}

function emptyBody(): HostRunnerError {
  return new HostRunnerError("malformed_request", "the body is empty: send JSON");
}
