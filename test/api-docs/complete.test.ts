/** The OpenAPI and AsyncAPI documents have every route, command and event, and nothing else. */
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { asyncApiDocument } from "../../src/api-docs/asyncapi.ts";
import { openApiDocument, pathTemplate } from "../../src/api-docs/openapi.ts";
import { presenceCommand, threadCommand } from "../../src/protocol/commands.ts";
import { presenceEvent, threadEvent } from "../../src/protocol/events.ts";
import { beforeSendRequest, webhookEvent } from "../../src/protocol/webhooks.ts";
import { newRouter } from "../../src/worker/router.ts";
import { addRoutes } from "../../src/worker/routes/routes.ts";

const openApi = openApiDocument("1.2.3");
const asyncApi = asyncApiDocument("1.2.3");

/** `METHOD /path`, of every route that the Worker has. */
function routes(): string[] {
  const api = newRouter();
  addRoutes(api);
  return api.routes.map(([method, , , path]) => `${method} ${pathTemplate(path ?? "")}`);
}

/** The same of every operation in the document. */
const operations = Object.entries(openApi.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);

/** The types of a union of commands or events, however it is nested. */
function typesOf(schema: z.ZodType): string[] {
  const { def } = schema as unknown as {
    def: { options?: z.ZodType[]; shape?: { type: { def: { values: string[] } } } };
  };
  return def.options ? def.options.flatMap(typesOf) : (def.shape?.type.def.values ?? []);
}

/** Every reference in a document. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("$ref" in value && typeof value.$ref === "string") return [value.$ref];
  return Object.values(value).flatMap(referencesIn);
}

/** What a reference leads to, or undefined. */
function referred(document: unknown, reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}

/** The properties, as `Schema.property`, of which nothing says what they are. */
function untyped(schemas: Record<string, Record<string, unknown>>): string[] {
  const says = ["type", "$ref", "const", "enum", "oneOf", "anyOf", "allOf"];
  return Object.entries(schemas).flatMap(([name, schema]) =>
    Object.entries((schema["properties"] ?? {}) as Record<string, object>)
      .filter(([, property]) => !says.some((keyword) => keyword in property))
      .map(([property]) => `${name}.${property}`),
  );
}

describe("the OpenAPI document", () => {
  it("has every route: add what is missing to src/api-docs/operations", () => {
    expect(routes().filter((route) => !operations.includes(route))).toEqual([]);
  });

  it("has no route that does not exist: remove it from src/api-docs/operations", () => {
    expect(operations.filter((operation) => !routes().includes(operation))).toEqual([]);
  });

  it("has every webhook, and the check before sending", () => {
    expect(Object.keys(openApi.webhooks).toSorted()).toEqual(
      [...typesOf(webhookEvent), ...typesOf(beforeSendRequest)].toSorted(),
    );
  });

  it("names each operation once", () => {
    const ids = Object.values(openApi.paths).flatMap((item) =>
      Object.values(item).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(ids.length).toBe(new Set(ids).size);
  });
});

describe("the AsyncAPI document", () => {
  const schemas = asyncApi.components.schemas as Record<string, { properties: { type: { const: string } } }>;
  /** The types of what an array of messages may hold. */
  const typesIn = (channel: string, message: string) =>
    referencesIn(referred(asyncApi, `#/channels/${channel}/messages/${message}/payload/items`)).map(
      (reference) => schemas[reference.split("/").at(-1) ?? ""]?.properties.type.const,
    );

  it.each([
    ["thread", "commands", threadCommand],
    ["thread", "events", threadEvent],
    ["presence", "commands", presenceCommand],
    ["presence", "events", presenceEvent],
  ] as const)("has every one of a %s's %s, and no other", (channel, message, schema) => {
    expect(typesIn(channel, message).toSorted()).toEqual(typesOf(schema).toSorted());
  });

  it.each(["thread", "presence"])("has each command of %s as a message of its own", (channel) => {
    const messages = Object.keys(referred(asyncApi, `#/channels/${channel}/messages`) as object);
    expect(messages).toEqual(expect.arrayContaining(typesIn(channel, "commands")));
  });

  it("has the addresses of the sockets", () => {
    const addresses = Object.values(asyncApi.channels).map(({ address }) => `GET ${address}`);
    expect(routes()).toEqual(expect.arrayContaining(addresses));
  });
});

describe.each([
  ["OpenAPI", openApi],
  ["AsyncAPI", asyncApi],
])("in the %s document", (_name, document) => {
  it("every reference leads somewhere", () => {
    const references = new Set(referencesIn(document));
    expect(references.size).toBeGreaterThan(20);
    expect([...references].filter((reference) => referred(document, reference) === undefined)).toEqual([]);
  });

  it("every schema is described, and used", () => {
    const { schemas } = document.components;
    const undescribed = Object.entries(schemas).filter(([, schema]) => !schema["description"]);
    expect(undescribed).toEqual([]);
    const used = new Set(referencesIn(document).map((reference) => reference.split("/").at(-1)));
    expect(Object.keys(schemas).filter((name) => !used.has(name))).toEqual([]);
  });

  it("every property has a type: of a schema of our own, add it to src/api-docs/fields.ts", () => {
    expect(untyped(document.components.schemas)).toEqual([]);
  });

  it("is what JSON can hold", () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});
