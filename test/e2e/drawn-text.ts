/** What a reader sees of a text, in the order in which it is drawn. */
import type { Locator } from "playwright-core";

/** The characters of an element from left to right, line by line, whatever their order in the document is. */
export function drawnText(locator: Locator): Promise<string> {
  return locator.evaluate((element) => {
    const drawn: { character: string; line: number; left: number }[] = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent ?? "";
      for (let start = 0; start < text.length;) {
        const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, start + character.length);
        const box = range.getBoundingClientRect();
        if (box.width > 0) drawn.push({ character, line: Math.round(box.bottom / 8), left: box.left });
        start += character.length;
      }
    }
    return drawn
      .toSorted((a, b) => a.line - b.line || a.left - b.left)
      .map(({ character }) => character)
      .join("");
  });
}
