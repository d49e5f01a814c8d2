/** What a view lacks for assistive technology and for low vision, by the rules that can be checked by a program. */
import { expect } from "vitest";
import type { Page } from "playwright-core";

/**
 * What is wrong in the document and in the shadow trees in it, a line each:
 * - a control has no name, or one that lacks what it shows (WCAG 4.1.2, 2.5.3): speech input finds it by what it shows;
 * - a text has too little contrast with what is behind it (1.4.3);
 * - an id is there twice in a tree, or one that names an element is not there (1.3.1).
 */
export const accessibilityProblems = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const CONTROLS = "a[href], button, input, select, textarea";
    const problems: string[] = [];
    const words = (text: string) =>
      text
        .toLowerCase()
        .replaceAll(/[\s\u2066-\u2069]+/gu, " ")
        .trim();
    // With a modal dialog open, nothing else can be used.
    const modal = (root: Document | ShadowRoot) => [...root.querySelectorAll("dialog:modal")].at(-1);

    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    type Colour = readonly [red: number, green: number, blue: number, alpha: number];
    const drawn = (text: string): Colour => {
      if (!canvas) throw new Error("no canvas");
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const colours = new Map<string, Colour>();
    /** Red, green and blue from 0 to 255, and alpha from 0 to 1. */
    const colour = (text: string): Colour => {
      const known = colours.get(text) ?? drawn(text);
      colours.set(text, known);
      return known;
    };
    const luminance = (rgb: readonly number[]) => {
      const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
        const share = value / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const over = (front: readonly number[], back: readonly number[]) => {
      const alpha = front[3] ?? 1;
      return [0, 1, 2].map((part) => (front[part] ?? 0) * alpha + (back[part] ?? 0) * (1 - alpha));
    };
    const parentOf = (element: Element): Element | null => {
      if (element.assignedSlot) return element.assignedSlot;
      const { parentNode } = element;
      return parentNode instanceof ShadowRoot ? parentNode.host : element.parentElement;
    };
    /** Of the page itself, which depends on its colour scheme. */
    const canvasColour = () => {
      const probe = document.createElement("div");
      probe.style.backgroundColor = "Canvas";
      document.body.append(probe);
      const { backgroundColor } = getComputedStyle(probe);
      probe.remove();
      return colour(backgroundColor);
    };
    const backgroundOf = (element: Element): readonly number[] => {
      const layers: (readonly number[])[] = [];
      for (let at: Element | null = element; at; at = parentOf(at)) {
        const layer = colour(getComputedStyle(at).backgroundColor);
        layers.push(layer);
        if (layer[3] === 1) break;
      }
      return layers.reduceRight((back, layer) => over(layer, back), [...canvasColour()]);
    };
    const checkContrast = (element: HTMLElement) => {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === 3 && node.textContent?.trim() !== "",
      );
      const isField = element.matches("select, textarea, input:not([type=radio], [type=checkbox])");
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      // Neither what only screen readers have, nor controls that cannot be used.
      if ((!own && !isField) || element.getBoundingClientRect().width <= 1) return;
      if (element.closest(":disabled, [aria-disabled=true], .lilypad-hidden, .visually-hidden")) return;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
      const back = backgroundOf(element);
      const [one, other] = [luminance(over(colour(color), back)), luminance(back)].toSorted((a, b) => b - a);
      const ratio = ((one ?? 0) + 0.05) / ((other ?? 0) + 0.05);
      const size = Number.parseFloat(fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5))
        problems.push(
          `"${words(element.textContent ?? "").slice(0, 40)}" has a contrast of ${ratio.toFixed(2)}`,
        );
    };

    const checkName = (control: HTMLElement, root: Document | ShadowRoot) => {
      const byIds = (attribute: string) =>
        (control.getAttribute(attribute) ?? "")
          .split(" ")
          .map((id) => root.getElementById(id)?.textContent ?? "")
          .join(" ");
      const labels =
        control instanceof HTMLInputElement || "labels" in control
          ? (control as HTMLInputElement).labels
          : null;
      const label = [...(labels ?? [])].map((one) => one.innerText).join(" ");
      const given = control.getAttribute("aria-label");
      const name = words(given ?? (byIds("aria-labelledby") || label || control.innerText || ""));
      if (name === "") problems.push(`${control.outerHTML.slice(0, 80)} has no name`);
      if (given === null || !control.matches(CONTROLS)) return;
      const shown = control.cloneNode(true) as HTMLElement;
      for (const hidden of shown.querySelectorAll("[aria-hidden], .visually-hidden, .lilypad-hidden"))
        hidden.remove();
      // In the document: what is not displayed has no `innerText`.
      control.after(shown);
      const text = words(shown.innerText);
      shown.remove();
      if (!name.includes(text)) problems.push(`"${name}" lacks "${text}"`);
    };

    const check = (root: Document | ShadowRoot) => {
      const within: ParentNode = modal(root) ?? root;
      const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id);
      for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
        problems.push(`the id ${id} is there twice`);
      for (const named of within.querySelectorAll("[aria-labelledby]")) {
        const id = named.getAttribute("aria-labelledby") ?? "";
        if (!root.getElementById(id)) problems.push(`no element has the id ${id} for a name`);
      }
      for (const element of within.querySelectorAll<HTMLElement>("*")) {
        if (element.shadowRoot) check(element.shadowRoot);
        if (!element.checkVisibility()) continue;
        checkContrast(element);
        if (element.matches(`${CONTROLS}, [role=log], dialog`)) checkName(element, root);
      }
    };
    check(document);
    return problems;
  });

/** Fails unless a page is without such problems, light and dark; what it shows is given a moment to be drawn. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => accessibilityProblems(page)).toEqual([]);
  }
}
