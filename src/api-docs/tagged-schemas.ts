/** The options of a union of commands or events, each with its type and a name of its own. */
import type { z } from "zod";
import type { NamedSchema } from "./json-schemas.ts";

/** A command or an event: its `type` in the contract, and its schema, named, with the description that the schema has there. */
export interface TaggedSchema extends NamedSchema {
  type: string;
}

/** An option of a discriminated union, or a union of such options. */
interface Option extends z.ZodType {
  def: z.ZodType["def"] & { options?: Option[]; shape?: { type: z.ZodLiteral<string> } };
}

/** `nameOf` makes a name of the type's words in Pascal case: `member_removed` is `MemberRemoved`. */
export function taggedSchemas(union: z.ZodType, nameOf: (words: string) => string): TaggedSchema[] {
  return optionsOf(union as Option).map((schema) => {
    const type = schema.def.shape?.type.value ?? "";
    const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return {
      type,
      // Two unions may have one option in common, which has a name in each: a copy for each.
      schema: schema.clone(),
      name: nameOf(words.join("")),
      description: schema.description ?? "",
    };
  });
}

function optionsOf(schema: Option): Option[] {
  return schema.def.options?.flatMap(optionsOf) ?? [schema];
}
