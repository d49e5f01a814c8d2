/** The protocol page agrees with the schemas. */
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import page from "../../src/protocol/README.md?raw";
import { presenceCommand, threadCommand } from "../../src/protocol/commands.ts";
import { CLOSE, ERROR_STATUS } from "../../src/protocol/errors.ts";
import { presenceEvent, threadEvent } from "../../src/protocol/events.ts";
import * as limits from "../../src/protocol/limits.ts";

/** The part of the page under a heading, up to the next one of its kind or higher. */
function section(heading: string): string {
  const [hashes = ""] = heading.split(" ");
  const start = page.indexOf(`\n${heading}`);
  if (start < 0) throw new Error(`the page has no ${heading}`);
  const rest = page.slice(start + heading.length + 1);
  const end = rest.search(new RegExp(`\n#{1,${hashes.length}} `));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The cells of the table whose first column has this header. */
function table(text: string, header: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${header} `));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

/** The types of a union of commands or events, however it is nested. */
function typesOf(schema: z.ZodType): string[] {
  const { def } = schema as unknown as {
    def: { options?: z.ZodType[]; shape?: { type: { def: { values: string[] } } } };
  };
  return def.options ? def.options.flatMap(typesOf) : (def.shape?.type.def.values ?? []);
}

const schemas = { threadCommand, threadEvent, presenceCommand, presenceEvent };

describe("the protocol page", () => {
  it.each([
    ["### The room", "command", threadCommand],
    ["### The room", "event", threadEvent],
    ["### Presence", "command", presenceCommand],
    ["### Presence", "event", presenceEvent],
  ])("%s lists every %s", (heading, header, schema) => {
    const listed = table(section(heading), header).map(([name]) => name);
    expect(listed.toSorted()).toEqual(typesOf(schema).toSorted());
  });

  const examples = [...page.matchAll(/```json (\w+)\n([^]*?)```/g)].map(([, name = "", json = ""]) => ({
    name,
    json,
  }));

  it.each(examples)("gives an example that is a $name", ({ name, json }) => {
    const value: unknown = JSON.parse(json);
    expect(schemas[name as keyof typeof schemas].parse(value)).toEqual(value);
  });

  it("lists every error with its status", () => {
    const listed = table(section("## Errors"), "code").map(([code = "", status]) => [code, Number(status)]);
    expect(Object.fromEntries(listed)).toEqual(ERROR_STATUS);
  });

  it("lists every code the server closes with", () => {
    const listed = table(section("## Closing codes"), "code").map(([code]) => Number(code));
    const used = Object.values(CLOSE).filter((code) => code !== CLOSE.left);
    expect(listed).toEqual(expect.arrayContaining(used));
  });

  it("gives the limits of the code", () => {
    const listed = table(section("## Limits"), "what").map(([, value = "", name = ""]) => [
      name,
      Number(value.replaceAll(",", "")),
    ]);
    expect(limits).toMatchObject(Object.fromEntries(listed));
    expect(listed.length).toBeGreaterThan(20);
  });
});
