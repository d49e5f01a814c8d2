import { describe, expect, it } from "vitest";
import { linkify } from "../../../src/view/text/linkify.ts";

const links = (text: string) => linkify(text).flatMap(({ link }) => (link ? [link] : []));
const addresses = (text: string) => linkify(text).flatMap((segment) => (segment.link ? [segment.text] : []));

describe("linkify", () => {
  it.each([
    ["see https://a.example/x.", ["https://a.example/x"]],
    ["(https://a.example)", ["https://a.example"]],
    ["https://a.example/Pond_(water), yes", ["https://a.example/Pond_(water)"]],
    ["(as in https://a.example/Pond_(water)).", ["https://a.example/Pond_(water)"]],
    ["http://a.example and https://b.example", ["http://a.example", "https://b.example"]],
    ["https://[::1]:8787/x", ["https://[::1]:8787/x"]],
    ["javascript:alert(1) data:text/html,x ftp://a.example", []],
    ["https://", []],
  ])("finds the web addresses in %j", (text, found) => {
    expect(addresses(text)).toEqual(found);
  });

  it.each(
    [..."，。、！？；：）」』】〉”’»…·—।؟،۔።។၊｡｣～｜👍\u202e\u200b\u00a0"].filter((end) => end !== "·"),
  )("ends an address before %j, whatever follows", (end) => {
    expect(addresses(`看https://a.example/x${end}很好`)).toEqual(["https://a.example/x"]);
    expect(addresses(`https://a.example${end}https://b.example/y${end}`)).toEqual([
      "https://a.example",
      "https://b.example/y",
    ]);
  });

  it.each([
    "https://a.example,https://b.example",
    "(https://a.example)(https://b.example)",
    "https://a.example;https://b.example!",
  ])("finds two addresses in %j", (text) => {
    expect(addresses(text)).toEqual(["https://a.example", "https://b.example"]);
  });

  it.each([
    ["看https://a.example很好", "https://a.example"],
    ["www.a.exampleです。", "www.a.example"],
    ["https://例え.テスト です", "https://例え.テスト"],
    ["https://a.example/很好", "https://a.example/很好"],
  ])("ends a host of one script before another one in %j", (text, address) => {
    expect(addresses(text)).toEqual([address]);
  });

  it("leaves an address within another as it is", () => {
    const archived = "https://archive.example/2026/https://a.example/?next=https://b.example";
    expect(addresses(archived)).toEqual([archived]);
  });

  it("keeps letters, marks and digits of all scripts", () => {
    const address = "https://ja.wikipedia.example/wiki/ジョン・レノン/हिन्दी/١٢";
    expect(addresses(`${address}。`)).toEqual([address]);
  });

  it.each([
    ["看www.example.com/x，", "www.example.com/x", "https://www.example.com/x"],
    ["Write to ada.l@example.com.", "ada.l@example.com", "mailto:ada.l@example.com"],
    ["邮箱ada@example.com很好", "ada@example.com", "mailto:ada@example.com"],
    ["mailto:ada@example.com?", "mailto:ada@example.com", "mailto:ada@example.com"],
    ["(ada+pond@example.co.uk)", "ada+pond@example.co.uk", "mailto:ada+pond@example.co.uk"],
  ])("links the www. or mail address in %j", (text, address, href) => {
    expect(addresses(text)).toEqual([address]);
    expect(links(text).map((link) => link.href)).toEqual([href]);
  });

  it.each(["www.", "www.x", "ada@example", "@example.com", "awww.example.com", "readme.md", "e.g.so"])(
    "finds no address in %j",
    (text) => {
      expect(addresses(text)).toEqual([]);
    },
  );

  it.each([
    ["https://раураl.com/x", "https://xn--l-7sba6dbr.com/x"],
    ["HTTPS://A.Example:443/X", "https://a.example/X"],
    ["www.bücher.example/ä", "www.xn--bcher-kva.example/ä"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["https://evil.example\\@paypal.com", "https://evil.example\\@paypal.com"],
    ["https://a.example/\u3164x", "https://a.example/%E3%85%A4x"],
  ])("shows %j as %j, where it leads", (text, shown) => {
    expect(links(text).map((link) => link.shown)).toEqual([shown]);
  });

  it("shows what stands before a host apart from it", () => {
    expect(links("https://paypal.com@evil.example/x")).toEqual([
      {
        href: "https://paypal.com@evil.example/x",
        shown: "https://evil.example/x",
        userInfo: "paypal.com",
      },
    ]);
    expect(links("https://ada:secret@a.example")[0]).toMatchObject({ userInfo: "ada:secret" });
  });

  it("keeps the whole text", () => {
    const text = "a https://a.example, b (https://b.example/c) d@e.example";
    const kept = linkify(text).map((segment) => segment.text);
    expect(kept.join("")).toBe(text);
  });
});
