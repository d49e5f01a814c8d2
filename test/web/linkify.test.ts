import { describe, expect, it } from "vitest";
import { linkify } from "../../src/web/conversation/linkify.ts";

describe("linkify", () => {
  const links = (text: string) =>
    linkify(text).flatMap((segment) => (segment.href === undefined ? [] : [segment.text]));

  it.each([
    ["see https://a.example/x.", ["https://a.example/x"]],
    ["(https://a.example)", ["https://a.example"]],
    ["https://a.example/Pond_(water), yes", ["https://a.example/Pond_(water)"]],
    ["http://a.example and https://b.example", ["http://a.example", "https://b.example"]],
    ["javascript:alert(1) data:text/html,x ftp://a.example", []],
    ["https://", []],
  ])("finds the web addresses in %j", (text, found) => {
    expect(links(text)).toEqual(found);
  });

  it("keeps the whole text", () => {
    const text = "a https://a.example, b (https://b.example/c) d";
    const kept = linkify(text).map((segment) => segment.text);
    expect(kept.join("")).toBe(text);
  });
});
