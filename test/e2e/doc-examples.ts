/** Turns a documentation page into a program: its JavaScript in order, each `// → value` a thing that must become so. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";

/** A line that says what an expression comes to. */
const SHOWN = /^(.*);\s*\/\/ → (.*)$/;

/** What an example is given by name, and `becomes(expression, look, expected)`, called for each thing shown. */
export type Given = Record<string, unknown> & {
  becomes(expression: string, look: () => Promise<unknown>, expected: unknown): Promise<void>;
};

/** The examples of a page from the one that contains `from` on, as one program. */
export async function examplesOf(path: string, from: string): Promise<(given: Given) => Promise<void>> {
  const page = await readFile(path, "utf8");
  const blocks = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code = ""]) => code);
  const first = blocks.findIndex((code) => code.includes(from));
  if (first < 0) throw new Error(`${path} has no example with ${from}`);
  const lines = blocks.slice(first).join("\n").split("\n").map(checked).join("\n");
  const file = join(await mkdtemp(join(inject("scratch"), "examples-")), "examples.mjs");
  return async (given) => {
    const names = Object.keys(given).join(", ");
    await writeFile(file, `export default async ({ ${names} }) => {\n${lines}\n};\n`);
    const { default: run } = (await import(file)) as { default: (given: Given) => Promise<void> };
    await run(given);
  };
}

function checked(line: string): string {
  const [, expression, expected] = SHOWN.exec(line) ?? [];
  if (expression === undefined || expected === undefined) return line;
  return `await becomes(${JSON.stringify(expression)}, async () => (${expression}), (${expected}));`;
}
