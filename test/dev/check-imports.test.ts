import { describe, expect, it } from "vitest";
import { importViolations } from "../../src/dev/check-imports.ts";

/** The violations in files of these sources, given by path below src. */
function violationsIn(files: Record<string, string>): string[] {
  const paths = Object.entries(files).map(([path, source]) => [`src/${path}`, source] as const);
  return importViolations(new Map(paths));
}

describe("the direction between folders", () => {
  it.each([
    ["client/a.ts", "protocol/b.ts"],
    ["web/a.tsx", "client/b.ts"],
    ["auth/a.ts", "rpc/b.ts"],
    ["sockets/a.ts", "durable/b.ts"],
    ["thread/messages/a.ts", "thread/members/b.ts"],
    ["thread/a.ts", "sockets/b.ts"],
    ["worker/routes/a.ts", "rpc/b.ts"],
    ["cli/a.ts", "protocol/b.ts"],
    ["dev/a.ts", "config/b.ts"],
  ])("allows %s -> %s", (from, to) => {
    const up = "../".repeat(from.split("/").length - 1);
    expect(violationsIn({ [from]: `import { b } from "${up}${to}";`, [to]: "export const b = 1;" })).toEqual(
      [],
    );
  });

  it.each([
    ["protocol/a.ts", "config/b.ts", "protocol may import no other folder"],
    ["thread/a.ts", "presence/b.ts", "thread may import only protocol, config"],
    ["presence/a.ts", "thread/b.ts", "presence may import only"],
    ["relay/a.ts", "thread/b.ts", "relay may import only"],
    ["worker/routes/a.ts", "thread/b.ts", "worker may import only"],
    ["client/a.ts", "web/b.ts", "client may import only protocol"],
    ["elsewhere/a.ts", "protocol/b.ts", "elsewhere is not in the table"],
    ["a.ts", "protocol/b.ts", "src/a.ts is not in the table"],
    ["worker/a.ts", "b.ts", "is in no folder of src"],
  ])("refuses %s -> %s", (from, to, why) => {
    const up = "../".repeat(from.split("/").length - 1) || "./";
    const violations = violationsIn({ [from]: `import { b } from "${up}${to}";` });
    expect(violations).toEqual([expect.stringContaining(`src/${from} -> src/${to}: ${why}`)]);
  });

  it.each([
    `import type { B } from "../presence/b.ts";`,
    `import { type B } from "../presence/b.ts";`,
    `import "../presence/b.ts";`,
    `export * from "../presence/b.ts";`,
    `export { B as C } from "../presence/b.ts";`,
    `export type { B } from "../presence/b.ts";`,
    `type B = import("../presence/b.ts").B;`,
    `export const load = () => import("../presence/b.ts");`,
  ])("sees %s", (source) => {
    expect(violationsIn({ "thread/a.ts": source })).toHaveLength(1);
  });

  it("ignores packages, comments and strings", () => {
    const source = `
      import { z } from "zod";
      // import { b } from "../presence/b.ts";
      export const text = 'import { b } from "../presence/b.ts"' + z;`;
    expect(violationsIn({ "thread/a.ts": source })).toEqual([]);
  });

  it("lets the entry point re-export the Durable Object classes, and do nothing else with them", () => {
    const from = "../thread/chat-thread.ts";
    expect(violationsIn({ "worker/index.ts": `export { ChatThread } from "${from}";` })).toEqual([]);
    expect(violationsIn({ "worker/index.ts": `import { ChatThread } from "${from}";` })).toHaveLength(1);
    expect(violationsIn({ "worker/other.ts": `export { ChatThread } from "${from}";` })).toHaveLength(1);
  });

  it("lets env.d.ts name the types of the classes", () => {
    const source = `interface Env { A: import("./thread/a.ts").A }`;
    expect(violationsIn({ "env.d.ts": source, "thread/a.ts": "export class A {}" })).toEqual([]);
  });
});

describe("import circles", () => {
  it("are reported once, by a shortest one, with the number of files that are in one", () => {
    const violations = violationsIn({
      "thread/a.ts": `import "./b.ts"; import "./c.ts";`,
      "thread/b.ts": `import type { C } from "./c.ts";`,
      "thread/c.ts": `type A = import("./a.ts").A;`,
      "thread/d.ts": `import "./a.ts";`,
    });
    expect(violations).toEqual([
      "src/thread/a.ts -> src/thread/c.ts: in a circle of 3 files: src/thread/a.ts -> src/thread/c.ts -> src/thread/a.ts",
    ]);
  });

  it("are found apart from each other, and in a file that imports itself", () => {
    const violations = violationsIn({
      "client/a.ts": `import "./b.ts";`,
      "client/b.ts": `import "./a.ts";`,
      "web/c.ts": `import "./c.ts"; import "../client/a.ts";`,
    });
    expect(violations.map((violation) => violation.split(":")[0])).toEqual([
      "src/client/a.ts -> src/client/b.ts",
      "src/web/c.ts -> src/web/c.ts",
    ]);
  });

  it("are not seen where several files import one", () => {
    const sources = {
      "protocol/a.ts": "",
      "protocol/b.ts": `import "./a.ts";`,
      "protocol/c.ts": `import "./a.ts"; import "./b.ts";`,
    };
    expect(violationsIn(sources)).toEqual([]);
  });
});

it("throws on a source that cannot be parsed", () => {
  expect(() => violationsIn({ "protocol/a.ts": "import {" })).toThrow("src/protocol/a.ts");
});
