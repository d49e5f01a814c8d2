/** The `launcher` mode: a floating button with the unread count, and the panel that it opens. */
import { icon, make } from "./dom.ts";

const BUBBLE = "M21 11.5a8.4 8.4 0 0 1-12 7.6L3 21l1.9-5.7A8.4 8.4 0 1 1 21 11.5z";
const CROSS = "M6 6l12 12M18 6 6 18";
/** Below this width the panel takes the whole screen, and what is behind it cannot be reached. */
const NARROW = "(width < 480px)";

export class Launcher {
  readonly panel = make("dialog", { class: "panel", "aria-label": "Chat", tabindex: "-1" });
  readonly #button = make("button", { type: "button", class: "launcher", "aria-haspopup": "dialog" });
  readonly #badge = make("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  /** Says it to screen readers as it changes. */
  readonly #status = make("span", { class: "visually-hidden", role: "status" });
  readonly #narrow = matchMedia(NARROW);
  readonly #onToggle: (isOpen: boolean) => void;
  #unread = 0;

  /** `onToggle` is called when it has been opened or closed. */
  constructor(root: Element, onToggle: (isOpen: boolean) => void) {
    this.#onToggle = onToggle;
    this.#button.append(icon(BUBBLE), icon(CROSS), this.#badge);
    const close = make("button", {
      type: "button",
      class: "icon-button panel-close",
      "aria-label": "Close chat",
    });
    close.append(icon(CROSS));
    this.panel.append(close);
    root.append(this.panel, this.#button, this.#status);
    this.#button.addEventListener("click", () => this.toggle(!this.isOpen));
    close.addEventListener("click", () => this.toggle(false));
    this.panel.addEventListener("keydown", (event) => this.#onKey(event));
    this.panel.addEventListener("cancel", (event) => {
      // Of the panel itself: a dialog in it has a `cancel` of its own.
      if (event.target !== this.panel) return;
      event.preventDefault();
      this.toggle(false);
    });
    this.#narrow.addEventListener("change", () => this.#show());
    this.#label();
  }

  get isOpen(): boolean {
    return this.panel.open;
  }

  set unread(count: number) {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#badge.textContent = count > 99 ? "99+" : String(count);
    this.#badge.hidden = count === 0;
    this.#status.textContent = count === 0 ? "" : `Chat: ${count} unread`;
    this.#label();
  }

  toggle(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    if (isOpen) this.#open();
    else this.panel.close();
    this.#label();
    this.#onToggle(isOpen);
    if (!isOpen) this.#button.focus();
  }

  #open(): void {
    if (this.#narrow.matches) this.panel.showModal();
    else this.panel.show();
    this.panel.focus();
  }

  /** On another screen, as when a phone is turned, it is another kind of panel. */
  #show(): void {
    if (!this.isOpen) return;
    this.panel.close();
    this.#open();
  }

  #onKey(event: KeyboardEvent): void {
    const isOfDialog = event.target instanceof Element && event.target.closest("dialog") !== this.panel;
    if (event.key !== "Escape" || event.defaultPrevented || isOfDialog) return;
    event.preventDefault();
    this.toggle(false);
  }

  #label(): void {
    const action = this.isOpen ? "Close chat" : "Open chat";
    this.#button.setAttribute("aria-label", this.#unread > 0 ? `${action}, ${this.#unread} unread` : action);
    this.#button.setAttribute("aria-expanded", String(this.isOpen));
  }
}
