/** JSON Schemas (2020-12) of the contract's zod schemas, for a document that keeps them under `components.schemas`. */
import { z } from "zod";
import { fields } from "./fields.ts";

/** A schema that has a name of its own in a document. */
export interface NamedSchema {
  name: string;
  schema: z.ZodType;
  description: string;
}

export type JsonSchema = Record<string, unknown>;
export interface Reference {
  $ref: string;
}

/** The named schemas of a document: all of them as JSON Schema, and a reference to each. */
export interface JsonSchemas {
  components: Record<string, JsonSchema>;
  /** Throws for a schema without a name. */
  refTo: (schema: z.ZodType) => Reference;
}

const uri = (name: string) => `#/components/schemas/${name}`;

const OPTIONS = {
  io: "input",
  // What zod cannot know of a schema of its own kind, such as data of the host's, is among the fields.
  unrepresentable: "any",
  override: ({ jsonSchema }: { jsonSchema: JsonSchema }) => withoutSafeIntegerBounds(jsonSchema),
} as const;

/**
 * Schemas as what is sent, before the receiver parses it; keys that they do not list may come with a later version. Where
 * one contains another it refers to it.
 */
export function jsonSchemas(named: readonly NamedSchema[]): JsonSchemas {
  const registry = z.registry<Record<string, unknown>>();
  for (const { schema, ...keywords } of fields) registry.add(schema, keywords);
  for (const { name, schema, description } of named) registry.add(schema, { id: name, description });
  const { schemas } = z.toJSONSchema(registry as Parameters<typeof z.toJSONSchema>[0] & typeof registry, {
    ...OPTIONS,
    uri,
    metadata: registry,
  }) as { schemas: Record<string, JsonSchema> };
  return {
    components: Object.fromEntries(
      Object.entries(schemas).map(([name, { $id: _id, $schema: _version, ...schema }]) => [name, schema]),
    ),
    refTo: (schema) => {
      const name = registry.get(schema)?.["id"];
      if (typeof name !== "string") throw new Error("a schema without a name is referred to");
      return { $ref: uri(name) };
    },
  };
}

/** A schema that has no name, such as that of a path's parameter, where it is used. */
export function inlineSchema(schema: z.ZodType): JsonSchema {
  const registry = z.registry<Record<string, unknown>>();
  for (const { schema: field, ...keywords } of fields) registry.add(field, keywords);
  const { $schema: _version, ...json } = z.toJSONSchema(schema, {
    ...OPTIONS,
    metadata: registry,
  });
  return json;
}

/** What every number of JavaScript is held to says nothing. */
function withoutSafeIntegerBounds(schema: JsonSchema): void {
  if (schema["maximum"] === Number.MAX_SAFE_INTEGER) delete schema["maximum"];
  if (schema["minimum"] === Number.MIN_SAFE_INTEGER) delete schema["minimum"];
}
