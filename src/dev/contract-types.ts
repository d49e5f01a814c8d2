/**
 * The types of the contract as plain TypeScript, for packages whose users have no zod: what `z.infer` makes of the exported
 * schemas, under the same names and with the same comments.
 */
import { globSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { globalRegistry, type core } from "zod";

const DIRECTORY = "src/protocol";

/** A schema as zod's own tools see it: by its definition. */
type Schema = core.$ZodTypes;

/** What zod publishes for tools such as this one, under a name that no schema's own property has. */
function internals({ _zod: published }: Schema): Schema["_zod"] {
  return published;
}

/** An exported `z.infer` of an exported schema. */
interface ContractType {
  module: string;
  name: string;
  /** Its comment with the end of the line; empty where it has none. */
  comment: string;
  schema: Schema;
}

const EXPORTED = /((?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?)export type (\w+) = z\.infer<typeof (\w+)>;/g;

/** All types that the contract exports with zod's help. */
async function readContract(): Promise<ContractType[]> {
  const types: ContractType[] = [];
  for (const file of globSync(`${DIRECTORY}/*.ts`)) {
    const source = readFileSync(file, "utf8");
    const exported = (await import(pathToFileURL(resolve(file)).href)) as Record<string, Schema>;
    for (const [, comment = "", name = "", schemaName = ""] of source.matchAll(EXPORTED)) {
      const schema = exported[schemaName];
      if (schema) types.push({ module: basename(file, ".ts"), name, comment, schema });
    }
  }
  return types;
}

/** Writes the declarations of types that are asked for, and of those that they are made of. */
export class ContractTypes {
  readonly #types: readonly ContractType[];
  readonly #bySchema: ReadonlyMap<Schema, ContractType>;
  /** By module and name: the text of each declaration. */
  readonly #written = new Map<string, Map<string, string>>();
  /** By module: the types of other modules that it names. */
  readonly #imports = new Map<string, Set<ContractType>>();

  private constructor(types: readonly ContractType[]) {
    this.#types = types;
    // Of two names of one schema, the first.
    this.#bySchema = new Map(types.toReversed().map((type) => [type.schema, type]));
  }

  static async read(): Promise<ContractTypes> {
    return new ContractTypes(await readContract());
  }

  /** Adds a type; false if the contract has none of this name that zod makes. */
  add(module: string, name: string): boolean {
    const type = this.#types.find((one) => one.module === module && one.name === name);
    if (type) this.#write(type);
    return type !== undefined;
  }

  /** What was added, by module: the whole text of its declarations. */
  modules(): Map<string, string> {
    return new Map(
      [...this.#written].map(([module, declarations]) => {
        const imported = Map.groupBy(this.#imports.get(module) ?? [], (type) => type.module);
        const imports = [...imported].map(
          ([from, types]) =>
            `import type { ${types.map(({ name }) => name).join(", ")} } from "./${from}.js";\n`,
        );
        return [module, [...imports, ...declarations.values()].join("")];
      }),
    );
  }

  #write(type: ContractType): void {
    const { module, name, comment, schema } = type;
    const declarations = this.#written.get(module) ?? new Map<string, string>();
    this.#written.set(module, declarations);
    if (declarations.has(name)) return;
    // Now, so that a type may name itself.
    declarations.set(name, "");
    const first = this.#bySchema.get(schema);
    const definition = first === type ? this.#define(schema, module) : this.#refer(schema, module);
    declarations.set(name, `${comment}export type ${name} = ${definition};\n`);
  }

  /** A type by its name, where it has one; as it is defined otherwise. */
  #refer(schema: Schema, from: string): string {
    const type = this.#bySchema.get(schema);
    if (!type) return this.#define(schema, from);
    this.#write(type);
    if (type.module !== from) this.#imports.set(from, (this.#imports.get(from) ?? new Set()).add(type));
    return type.name;
  }

  #define(schema: Schema, from: string): string {
    const { def } = internals(schema);
    const refer = (other: core.$ZodType) => this.#refer(other as Schema, from);
    switch (def.type) {
      case "string":
      case "number":
      case "boolean":
      case "null":
      case "unknown":
        return def.type;
      case "literal":
        return def.values.map((value) => JSON.stringify(value)).join(" | ");
      case "enum":
        return Object.values(def.entries)
          .map((value) => JSON.stringify(value))
          .join(" | ");
      case "array":
        return `Array<${refer(def.element)}>`;
      case "object":
        return this.#defineObject(def.shape, from);
      case "union":
        return def.options.map((option) => `\n  | ${refer(option)}`).join("");
      case "record":
        return `Record<${refer(def.keyType)}, ${refer(def.valueType)}>`;
      case "nullable":
        return `${refer(def.innerType)} | null`;
      case "optional":
        return `${refer(def.innerType)} | undefined`;
      case "default":
      case "nonoptional":
        return refer(def.innerType);
      case "pipe":
        // What a transform returns is not known here. Those of the contract return what they are given, in another form.
        return refer(internals(def.out as Schema).def.type === "transform" ? def.in : def.out);
      case "custom":
        // `jsonObject`, the only one of the contract.
        return "Record<string, unknown>";
      default:
        throw new Error(`No plain type for zod's ${def.type} yet: add it here`);
    }
  }

  #defineObject(shape: core.$ZodShape, from: string): string {
    const properties = Object.entries(shape).map(([name, schema]) => {
      const description = globalRegistry.get(schema)?.description;
      const comment = description === undefined ? "" : `/** ${description} */ `;
      const mark = internals(schema as Schema).optout === "optional" ? "?" : "";
      return `${comment}${name}${mark}: ${this.#refer(schema as Schema, from)};`;
    });
    return `{ ${properties.join(" ")} }`;
  }
}
