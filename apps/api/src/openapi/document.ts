import { createRequire } from "node:module";
import { createDocument, type oas31, type ZodOpenApiOverride } from "zod-openapi";
import { tags } from "./operation.ts";
import { callbackPaths } from "./operations/callbacks.ts";
import { fleetPaths } from "./operations/fleet.ts";
import { runPaths } from "./operations/runs.ts";
import { taskPaths } from "./operations/tasks.ts";
import { watchingPaths } from "./operations/watching.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

const description = `Runs prompts through command-line tools on real hosts, in the background.

JSON in and out, snake_case, times ISO 8601 in UTC, absent values null. Answers may get further fields.

Every error is \`application/problem+json\` (RFC 9457). A method that a path does not have is 405, and \`Allow\` names
those that it has. Each answer has an \`X-Request-Id\`.`;

/** The API's description as OpenAPI 3.1, made from the schemas that check its requests and describe its answers. */
export const openApiDocument: oas31.OpenAPIObject = createDocument(
  {
    openapi: "3.1.1",
    info: { title: "host-runner", version, description, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: { ...taskPaths, ...watchingPaths, ...runPaths, ...callbackPaths, ...fleetPaths },
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description:
            "A token of HOST_RUNNER_API_TOKENS, where there are any: scope `read` for GET, `write` for the rest.",
        },
      },
    },
  },
  { override: (context) => simplify(context) },
);

/** Says the same in fewer words: what is left out tells a reader nothing. */
function simplify({ jsonSchema }: Parameters<ZodOpenApiOverride>[0]): void {
  const [schema, alternative, ...others] = jsonSchema.anyOf ?? [];
  const isNullable = alternative?.type === "null" && others.length === 0;
  if (isNullable && typeof schema?.type === "string") {
    delete jsonSchema.anyOf;
    const inner = { ...schema, type: [schema.type, "null"] as const };
    Object.assign(jsonSchema, { ...inner, ...jsonSchema, type: inner.type });
    if (schema.enum) jsonSchema.enum = [...schema.enum, null];
  }
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // A later version may answer more; no reader should refuse it for that.
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
