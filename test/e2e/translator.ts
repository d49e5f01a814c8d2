/** Does to a page what a browser's translator does to it. */
import type { Page } from "playwright-core";

/**
 * What becomes of a text node. `replaced` by elements with a text of their own, as Google Translate does, or `moved` into
 * such elements.
 */
export type Translation = "replaced" | "moved";

/**
 * A page, from its next load on, is translated again whenever something changes, into the words that
 * it has already: so it reads as a page that is not translated, unless it shows something that was to change or go.
 */
export async function translatePage(page: Page, translation: Translation): Promise<void> {
  await page.addInitScript((how) => {
    const font = () => {
      const element = document.createElement("font");
      element.dataset["translated"] = "";
      return element;
    };
    const translate = (text: Text) => {
      const parent = text.parentElement;
      if (!parent || text.data.trim() === "") return;
      if (parent.closest("[data-translated], script, style, textarea, title")) return;
      const [outer, inner] = [font(), font()];
      text.replaceWith(outer);
      outer.append(inner);
      inner.append(how === "moved" ? text : document.createTextNode(text.data));
    };
    const translateAll = () => {
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      texts.forEach(translate);
    };
    new MutationObserver(translateAll).observe(document, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  }, translation);
}
