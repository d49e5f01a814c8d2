/** Whether answers and frames are as the OpenAPI and AsyncAPI documents say. */
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";

export type Json = Record<string, unknown>;

/** Compiles schemas that refer to those of a document, by `document#/components/…`. */
export function ajvFor(components: Json): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  ajv.addVocabulary(["components"]);
  return ajv.addSchema({ $id: "document", ...inDocument({ components }) }, "document");
}

/** The same, with references to `document` instead of to itself. */
function inDocument(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as Json;
}

/** Compiles each schema once: that takes far longer than a check. */
function compilerOf(ajv: Ajv2020) {
  const compiled = new Map<Json, ValidateFunction>();
  return (schema: Json): ValidateFunction => {
    const validate = compiled.get(schema) ?? ajv.compile(inDocument(schema));
    compiled.set(schema, validate);
    return validate;
  };
}

/** What nothing is. */
const NOTHING: Json = { not: {} };

interface Answer {
  $ref?: string;
  content?: Record<string, { schema: Json }>;
}

/** Checks each answer that it is given, returns its body, and keeps what is wrong in `faults`. */
export function answerCheck(document: Json) {
  const { paths, components } = document as {
    paths: Record<string, Record<string, { responses: Record<string, Answer> }>>;
    components: { responses: Record<string, Answer> } & Json;
  };
  const compile = compilerOf(ajvFor(components));
  const faults: unknown[] = [];
  const templates = Object.entries(paths)
    // `/api/users/{userId}` after what has no parameter there.
    .toSorted(([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")))
    .map(([template, item]) => [new RegExp(`^${template.replaceAll(/{\w+}/g, "[^/]+")}$`), item] as const);

  const documented = (method: string, pathname: string, status: number): Answer | undefined => {
    const item = templates.find(([template]) => template.test(pathname))?.[1];
    const answer = item?.[method.toLowerCase()]?.responses[status];
    return answer?.$ref ? components.responses[answer.$ref.split("/").at(-1) ?? ""] : answer;
  };
  const check = async (method: string, path: string, response: Response): Promise<unknown> => {
    const [pathname = ""] = path.split("?");
    const text = await response.text();
    const fault = (why: unknown) => faults.push({ method, path, status: response.status, text, why });
    const answer = documented(method, pathname, response.status);
    if (!answer) fault("is not documented");
    else if (!answer.content && text !== "") fault("has a body");
    if (!answer?.content) return undefined;
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = answer.content[type]?.schema;
    const validate = compile(schema ?? NOTHING);
    const body: unknown = JSON.parse(text);
    if (!validate(body)) fault(schema ? validate.errors : `is ${type}`);
    return body;
  };
  return Object.assign(check, { faults });
}

/** Checks each frame that it is given, and keeps what is wrong in `faults`. */
export function frameCheck(document: Json) {
  const { channels, components } = document as {
    channels: Record<string, { messages: Record<string, { payload: Json }> }>;
    components: Json;
  };
  const compile = compilerOf(ajvFor(components));
  const faults: unknown[] = [];
  const check = (channel: string, message: string, frame: string): void => {
    const payload = channels[channel]?.messages[message]?.payload;
    const validate = compile(payload ?? NOTHING);
    if (!validate(JSON.parse(frame))) faults.push({ channel, message, frame, errors: validate.errors });
  };
  return Object.assign(check, { faults });
}
