/** The OpenAPI 3.1 document: the HTTP interface, made of the operations and of the zod schemas. */
import { ERROR_STATUS, type ErrorCode } from "../protocol/errors.ts";
import { chatNumber } from "../protocol/first-front-end.ts";
import { seqParam, problemDetails } from "../protocol/http.ts";
import { emoji, userId } from "../protocol/fields.ts";
import { reportNo } from "../protocol/reports.ts";
import { z } from "zod";
import { bodies, entities } from "./entities.ts";
import { inlineSchema, jsonSchemas, type JsonSchemas } from "./json-schemas.ts";
import { TAGS, type Allowed, type Answer, type Operation } from "./operations/operation.ts";
import { operations } from "./operations/operations.ts";
import { documentedWebhooks, webhookSchemas } from "./webhooks.ts";

/** What a path names. */
const PATH_PARAMETERS: Readonly<Record<string, { schema: z.ZodType; description: string }>> = {
  threadId: {
    schema: z.string(),
    description: "The thread's id, or `key:` and the host's own key of it, percent-encoded.",
  },
  userId: { schema: userId, description: "The user's id, percent-encoded." },
  number: { schema: chatNumber, description: "The number of a thread of the caller's." },
  messageId: {
    schema: z.string(),
    description: "The number of the message's thread and its `seq`: `4503599627370495-7`.",
  },
  seq: { schema: seqParam, description: "The message's `seq`." },
  emoji: { schema: emoji, description: "The emoji, percent-encoded." },
  code: { schema: z.string(), description: "The link's code." },
  no: { schema: reportNo, description: "The number within its thread." },
};

const SECURITY_SCHEMES = {
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A JWT of the host application for its user: claims `sub`, `name`, `exp`, and `picture`, `iat`, `nbf` where wanted. HS256 under `AUTH_SECRET`, or RS256, ES256 or EdDSA by a key at `AUTH_JWKS_URL`.",
  },
  sessionCookie: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-session",
    description: "Set by `POST /api/session`. In development, over http, it is `lilypad-session`.",
  },
  serverToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A JWT of the host's server: HS256 under `SERVER_SECRET`, `exp` at most 5 minutes ahead, no `name`. Without `sub` it acts as the host; with `sub` as that user. Never from a browser.",
  },
  adminSecret: { type: "http", scheme: "bearer", description: "`ADMIN_SECRET` itself." },
} as const;

type Scheme = keyof typeof SECURITY_SCHEMES;
/** Any one of these; an empty list where nothing is needed. */
const SCHEMES: Readonly<Record<Allowed, readonly Scheme[]>> = {
  anyone: [],
  "signing in": ["userToken"],
  browser: ["userToken", "sessionCookie"],
  user: ["userToken", "sessionCookie", "serverToken"],
  "user or host": ["userToken", "sessionCookie", "serverToken"],
  host: ["serverToken"],
  administrator: ["adminSecret"],
};

/** What the schemes do not say of a server token. */
const SERVER_TOKEN_NOTES: Partial<Record<Allowed, string>> = {
  user: "A server token needs `sub` here.",
  host: "For the host's server alone: a server token without `sub`.",
};

const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  bad_request: "The input is invalid; `issues` says where.",
  unauthenticated: "Not signed in, or the session ended.",
  forbidden: "Not allowed for this caller, or from this origin.",
  not_found: "Does not exist, or may not be seen.",
  conflict: "Conflicts with the current state.",
  gone: "The message was deleted.",
  too_large: "A message or a body over its limit.",
  unsupported_media_type: "A body that is not `application/json`.",
  upgrade_required: "This address takes WebSocket upgrades only.",
  rate_limited: "Too many at once; `Retry-After` says when to continue.",
  internal: "A fault in Lilypad.",
  unavailable: "A part did not answer, or Lilypad is not configured.",
};

/** The document, for this version of Lilypad. It is plain JSON. */
export function openApiDocument(version: string) {
  const schemas = jsonSchemas([...entities, ...bodies, ...webhookSchemas]);
  return {
    openapi: "3.1.1",
    info: {
      title: "Lilypad",
      version,
      summary: "Live chat: threads, history, presence and notifications.",
      description: "The HTTP interface. What is sent on WebSockets is in `/api/asyncapi.json`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url: "/", description: "The Lilypad that serves this document." }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: paths(schemas),
    webhooks: documentedWebhooks(schemas),
    components: {
      schemas: schemas.components,
      responses: problemResponses(schemas),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** `/api/threads/:threadId` as OpenAPI writes it. */
export function pathTemplate(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

function paths(schemas: JsonSchemas) {
  const byPath: Record<string, Record<string, unknown>> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = "", path = ""] = route.split(" ");
    const item = (byPath[pathTemplate(path)] ??= {});
    item[method.toLowerCase()] = documented(path, method, operation, schemas);
  }
  return byPath;
}

function documented(path: string, method: string, operation: Operation, schemas: JsonSchemas) {
  const { tag, summary, description, allowed, body, isBodyOptional } = operation;
  const text = [description, SERVER_TOKEN_NOTES[allowed]].filter(Boolean).join(" ");
  return {
    operationId: operation.id,
    tags: [tag],
    summary,
    ...(text !== "" && { description: text }),
    security: SCHEMES[allowed].map((scheme) => ({ [scheme]: [] })),
    parameters: [...pathParameters(path), ...queryParameters(operation)],
    ...(body && {
      requestBody: {
        required: isBodyOptional !== true,
        content: { "application/json": { schema: schemas.refTo(body) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, response(answer, schemas)]),
      ),
      ...Object.fromEntries(
        errorsOf(path, method, operation).map((code) => [
          String(ERROR_STATUS[code]),
          { $ref: `#/components/responses/${code}` },
        ]),
      ),
    },
  };
}

function pathParameters(path: string) {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => {
    const parameter = PATH_PARAMETERS[name];
    if (!parameter) throw new Error(`${path}: add ${name} to PATH_PARAMETERS of src/api-docs/openapi.ts`);
    return {
      name,
      in: "path",
      required: true,
      description: parameter.description,
      schema: inlineSchema(parameter.schema),
    };
  });
}

function queryParameters({ query = {} }: Operation) {
  return Object.entries(query).map(([name, { schema, description }]) => ({
    name,
    in: "query",
    required: !schema.safeParse(undefined).success,
    description,
    schema: inlineSchema(schema),
  }));
}

function response([description, schema]: Answer, schemas: JsonSchemas) {
  return {
    description,
    ...(schema && { content: { "application/json": { schema: schemas.refTo(schema) } } }),
  };
}

/** Every refusal that a request may be answered with: its own, and those of all requests of its kind. */
export function errorsOf(path: string, method: string, operation: Operation): ErrorCode[] {
  const { allowed, query, body, errors = [] } = operation;
  const codes = new Set<ErrorCode>([...errors, "internal"]);
  const add = (...more: ErrorCode[]) => more.forEach((code) => codes.add(code));
  if (path !== "/api/health") add("unavailable");
  // An origin that is not allowed, or a server token where it has no right.
  if (method !== "GET" || allowed !== "anyone") add("forbidden");
  if (allowed !== "anyone") add("unauthenticated", "rate_limited");
  if (query || body || path.includes(":")) add("bad_request");
  if (body) add("too_large", "unsupported_media_type");
  if (path.includes(":")) add("not_found");
  return [...codes].toSorted((a, b) => ERROR_STATUS[a] - ERROR_STATUS[b]);
}

function problemResponses(schemas: JsonSchemas) {
  return Object.fromEntries(
    Object.entries(ERROR_MEANINGS).map(([code, description]) => [
      code,
      {
        description,
        content: { "application/problem+json": { schema: schemas.refTo(problemDetails) } },
        ...(code === "rate_limited" && {
          headers: {
            "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 0 } },
          },
        }),
      },
    ]),
  );
}
