/**
 * Keeps a user's text from changing the order in which it, or what is around it, reads. Unicode has invisible characters
 * that reorder text (UAX 9): after an override, `exe.png` may be what a file named `gnp.exe` reads as.
 */

const CONTROL = /[\u202a-\u202e\u2066-\u2069]/gu;
const EMBEDDINGS = new Set(["\u202a", "\u202b"]);
const ISOLATES = new Set(["\u2066", "\u2067", "\u2068"]);
const END_OF_EMBEDDING = "\u202c";
const FIRST_STRONG_ISOLATE = "\u2068";
const END_OF_ISOLATE = "\u2069";
/** Where a paragraph may end, and every control with it: line feeds and the like. */
const PARAGRAPH_END = /([\p{Cc}\p{Zl}\p{Zp}])/u;

/** What may read from right to left, or make other text do so: the blocks of those scripts, and the controls. */
const MAY_REORDER =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * The text as it may be drawn: without overrides, and without controls that end nothing or are never ended. Embeddings
 * and isolates that are complete stay: text of two directions needs them. Draw it in an element that is isolated
 * (`UserText`), since its letters still have directions.
 */
export function withoutOverrides(text: string): string {
  // `split` keeps what the pattern captures.
  return text.split(PARAGRAPH_END).map(withoutOverridesInParagraph).join("");
}

/** For where there is only a string, such as an attribute or a sentence made of names: isolated by characters. */
export function isolated(text: string): string {
  const drawn = withoutOverrides(text);
  return MAY_REORDER.test(drawn) ? FIRST_STRONG_ISOLATE + drawn + END_OF_ISOLATE : drawn;
}

function withoutOverridesInParagraph(paragraph: string): string {
  const complete = new Set<number>();
  const open: { control: string; index: number }[] = [];
  for (const { 0: control, index } of paragraph.matchAll(CONTROL)) {
    if (control === END_OF_EMBEDDING) {
      const last = open.at(-1);
      if (!last || ISOLATES.has(last.control)) continue;
      open.pop();
      if (EMBEDDINGS.has(last.control)) complete.add(last.index).add(index);
    } else if (control === END_OF_ISOLATE) {
      const start = open.findLastIndex((one) => ISOLATES.has(one.control));
      const [isolate] = start === -1 ? [] : open.splice(start);
      if (isolate) complete.add(isolate.index).add(index);
    } else {
      open.push({ control, index });
    }
  }
  return paragraph.replaceAll(CONTROL, (control, index: number) => (complete.has(index) ? control : ""));
}
