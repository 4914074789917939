import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openApiDocument } from "../src/openapi/document.ts";

/** An answer of the API, its body parsed where it is JSON. */
export interface Answered {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  body: unknown;
}

interface DocumentedAnswer {
  headers?: Record<string, { required?: boolean; schema: object }>;
  content?: Record<string, object>;
}

export interface DocumentedOperation {
  method: string;
  /** As the document has it: /tasks/{task_id}. */
  path: string;
  security: Record<string, string[]>[];
  requestBody?: object;
  responses: Record<string, DocumentedAnswer & { $ref?: string }>;
}

// Fields that are not documented are found here, though readers are told to expect some.
const document = closed(structuredClone(openApiDocument)) as {
  paths: Record<string, Record<string, Omit<DocumentedOperation, "method" | "path">>>;
  components: { responses: Record<string, DocumentedAnswer> };
};

export const operations: DocumentedOperation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation })),
);

/** `POST /tasks 202`, for every operation and status. */
export const documentedAnswers: string[] = operations.flatMap(({ method, path, responses }) =>
  Object.keys(responses).map((status) => `${method} ${path} ${status}`),
);

/** What was seen to be as documented, in the form of `documentedAnswers`. */
export const seenAnswers = new Set<string>();

/** Throws where a documented operation answers in a way that is not documented. Other paths are not looked at. */
export function expectDocumented({ method, path, status, headers, body }: Answered): void {
  const operation = findOperation(method, path);
  if (!operation) return;
  const name = `${method} ${operation.path} ${status}`;
  const given = operation.responses[status];
  if (!given) throw new Error(`${name} is not documented: ${JSON.stringify(body)}`);
  const answer = given.$ref ? document.components.responses[given.$ref.split("/").at(-1)!]! : given;

  for (const [header, { required }] of Object.entries(answer.headers ?? {})) {
    if (required && !headers.has(header)) throw new Error(`${name} has no ${header}`);
  }
  const [contentType = null] = Object.keys(answer.content ?? {});
  const givenType = headers.get("Content-Type")?.split(";")[0] ?? null;
  if (givenType !== contentType) throw new Error(`${name} is ${givenType}, not ${contentType}`);
  if (contentType !== null) {
    const pointer = ["paths", operation.path, method.toLowerCase(), "responses", String(status)];
    const location = given.$ref ? given.$ref.slice(2).split("/") : pointer;
    const validate = validatorOf([...location, "content", contentType, "schema"]);
    for (const value of contentType === "text/event-stream" ? parseEvents(String(body)) : [body]) {
      if (validate(value)) continue;
      throw new Error(`${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
    }
  }
  seenAnswers.add(name);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, "openapi");

function validatorOf(location: string[]): ValidateFunction {
  const pointer = location.map((part) =>
    encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")),
  );
  return ajv.compile({ $ref: `openapi#/${pointer.join("/")}` });
}

/** The one that names the path literally goes first: /tasks/batch before /tasks/{task_id}. */
function findOperation(method: string, path: string): DocumentedOperation | undefined {
  const [plainPath = ""] = path.split("?");
  return operations
    .filter((operation) => operation.method === method && matches(operation.path, plainPath))
    .sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
}

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
}

function parseEvents(text: string): unknown[] {
  return text
    .split("\n\n")
    .map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2))))
    .filter(({ event }) => event)
    .map((event) => ({ ...event, data: JSON.parse(event.data) }));
}

function closed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("properties" in value && !("additionalProperties" in value)) {
    Object.assign(value, { additionalProperties: false });
  }
  for (const part of Object.values(value)) closed(part);
  return value;
}
