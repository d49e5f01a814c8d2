/**
 * The style sheets of the views, in the order in which components import them. The build makes each `import "….css"` of a
 * component a call of `addStyles` (vite.config.ts): the same styles as the page's, in a shadow root.
 */

import baseText from "../web/base.css?inline";

const texts: string[] = [];
let viewSheet: CSSStyleSheet | undefined;
let baseSheet: CSSStyleSheet | undefined;

export function addStyles(text: string): void {
  texts.push(text);
  // Those of a view that is loaded later, into the elements that are there.
  viewSheet?.replaceSync(texts.join("\n"));
}

/** The styles of buttons and texts, which are needed before the views. */
export function baseStyles(): CSSStyleSheet {
  return (baseSheet ??= sheetOf(baseText));
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

/** One sheet for all elements. */
export function viewStyles(): CSSStyleSheet {
  return (viewSheet ??= sheetOf(texts.join("\n")));
}
