import { describe, expect, it } from "vitest";
import { isolated, withoutOverrides } from "../../../src/view/text/bidi.ts";

const [LRE, RLE, PDF, RLO] = ["\u202a", "\u202b", "\u202c", "\u202e"];
const [LRI, FSI, PDI] = ["\u2066", "\u2068", "\u2069"];

describe("a text that is drawn", () => {
  it.each([
    ["an override", `photo${RLO}gnp.exe`],
    ["an override that is ended", `photo${RLO}gnp.${PDF}exe`],
    ["an embedding that is not ended", `photo${RLE}gnp.exe`],
    ["an isolate that is not ended", `photo${LRI}gnp.exe`],
    ["ends of what did not begin", `photo${PDI}gnp${PDF}.exe`],
    ["an embedding that its isolate ends", `photo${PDI}${RLE}gnp.exe`],
  ])("has no %s", (_what, text) => {
    expect(withoutOverrides(text)).toBe("photognp.exe");
  });

  it.each([
    ["embeddings and isolates that are ended", `a ${RLE}b ${LRI}c${PDI} d${PDF} e`],
    ["marks of a direction", "a\u200e \u200fb"],
  ])("keeps %s", (_what, text) => {
    expect(withoutOverrides(text)).toBe(text);
  });

  it("ends an embedding where the isolate around it ends", () => {
    expect(withoutOverrides(`${FSI}a${LRE}b${PDI}c${PDF}`)).toBe(`${FSI}ab${PDI}c`);
  });

  it("ends every control with its line", () => {
    expect(withoutOverrides(`a${LRI}b\nc${PDI}d`)).toBe("ab\ncd");
  });
});

describe("a text within a string", () => {
  it("is isolated where it may reorder what is around it", () => {
    expect(isolated("שלום")).toBe(`${FSI}שלום${PDI}`);
    expect(isolated(`a${RLO}b`)).toBe("ab");
  });

  it("is left as it is where it cannot", () => {
    expect(isolated("Ada 李 🐸")).toBe("Ada 李 🐸");
  });
});
