/**
 * What an element consists of before anything else is loaded: the place of the chat and of what is to be said instead. In
 * the `launcher` mode these are in a panel (launcher.ts).
 */
import darkText from "../web/tokens-dark.css?inline";
import tokensText from "../web/tokens.css?inline";
import { make } from "./dom.ts";
import shellText from "./shell.css?inline";
import type { Problem } from "./problem.ts";
import type { Theme } from "./settings.ts";

function sheet(text: string, media = ""): CSSStyleSheet {
  const made = new CSSStyleSheet({ media });
  made.replaceSync(text);
  return made;
}

/** Nothing is inherited from the page but custom properties. */
const RESET =
  ".root{all:initial}.root{background:var(--surface);color:var(--text);font:var(--font-size)/1.45 var(--font-family)}";

let sheets: Record<Theme | "tokens" | "shell", CSSStyleSheet> | undefined;

/** One of each for all elements; made when the first one is shown. */
function shellSheets() {
  return (sheets ??= {
    tokens: sheet(tokensText),
    auto: sheet(darkText, "(prefers-color-scheme: dark)"),
    dark: sheet(darkText),
    light: sheet(""),
    shell: sheet(RESET + shellText),
  });
}

export class Shell {
  /** What all of it is in, menus too. */
  readonly root = make("div", { class: "root" });
  /** The place of the views. */
  readonly content = make("div", { class: "content" });
  readonly #message = make("div", { class: "shell-message", tabindex: "-1" });
  readonly #shadow: ShadowRoot;
  readonly #onRetry: () => void;
  readonly #views = make("div", { class: "views" }, this.#message, this.content);
  #viewSheets: CSSStyleSheet[] = [];
  #theme: Theme = "auto";
  #said: string | undefined;

  constructor(shadow: ShadowRoot, onRetry: () => void) {
    this.#shadow = shadow;
    this.#onRetry = onRetry;
    this.root.append(this.#views);
    // Its own texts are English. What users write has its own direction, and no language that is known.
    this.root.lang = "en";
    shadow.replaceChildren(this.root);
    // What is typed here is no shortcut of the page's.
    for (const type of ["keydown", "keypress", "keyup"])
      this.root.addEventListener(type, (event) => {
        if (event.target instanceof Element && event.target.matches("input, textarea"))
          event.stopPropagation();
      });
    this.say("Loading…");
  }

  /** Moves the chat into a panel. */
  moveInto(panel: Element): void {
    panel.append(this.#views);
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.#adopt();
  }

  addSheet(added: CSSStyleSheet): void {
    if (this.#viewSheets.includes(added)) return;
    this.#viewSheets.push(added);
    this.#adopt();
  }

  /** Says something in place of the chat or, where it is shown, above it. */
  say(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    this.#message.replaceChildren(make("p", { role: "status", class: "delayed" }, text));
  }

  sayProblem({ message }: Problem): void {
    if (message === this.#said) return;
    this.#said = message;
    const retry = make("button", { type: "button", class: "button" }, "Try again");
    retry.addEventListener("click", () => {
      // The button is removed.
      this.#message.focus();
      this.say("Connecting…");
      this.#onRetry();
    });
    this.#message.replaceChildren(make("p", { role: "alert" }, message), retry);
  }

  sayNothing(): void {
    this.#said = undefined;
    this.#message.replaceChildren();
  }

  #adopt(): void {
    const own = shellSheets();
    this.#shadow.adoptedStyleSheets = [own.tokens, own[this.#theme], own.shell, ...this.#viewSheets];
  }
}
