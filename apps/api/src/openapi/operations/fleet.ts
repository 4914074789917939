import { healthSchema, workersAnswerSchema } from "@host-runner/contracts";
import * as z from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { answer, get, json } from "../operation.ts";

const alive = (id: string) =>
  get({
    id,
    tag: "Fleet",
    summary: "Whether this API process lives",
    answers: { "200": json("It does.", healthSchema) },
    isOpen: true,
    isLocal: true,
  });

export const fleetPaths: ZodOpenApiPathsObject = {
  "/workers": get({
    id: "listWorkers",
    tag: "Fleet",
    summary: "The workers that live, and what they run",
    answers: { "200": json("The workers.", workersAnswerSchema) },
  }),
  "/metrics": get({
    id: "getMetrics",
    tag: "Fleet",
    summary: "What this API process has done, for Prometheus",
    answers: { "200": answer("Prometheus' text format.", "text/plain", z.string()) },
    isLocal: true,
  }),
  "/health": alive("getHealth"),
  "/healthz": alive("getHealthz"),
  "/readyz": get({
    id: "getReadiness",
    tag: "Fleet",
    summary: "Whether Redis takes writes",
    answers: { "200": json("It does.", healthSchema) },
    isOpen: true,
  }),
  "/openapi.json": get({
    id: "getDescription",
    tag: "Fleet",
    summary: "This description",
    answers: { "200": json("OpenAPI 3.1.", z.object({ openapi: z.string() }).loose()) },
    isLocal: true,
  }),
};
