/**
 * `/widget.js`, the script that a page includes: defines `<lilypad-chat>`, and loads the rest of it when an element is
 * there. What this module imports every such page loads: keep it small (`npm run size`).
 */
import type { ConnectedElement, Connector } from "./connector.ts";
import { Shell } from "./shell.ts";
import { Launcher } from "./launcher.ts";
import type { Problem } from "./problem.ts";
import { ATTRIBUTES, isLook, settingsOf } from "./settings.ts";

/** This module's own address is on the server that it connects to. */
const SERVER = new URL(import.meta.url).origin;

/** The module that connects elements, from this one; the build puts in its name (vite.config.ts). */
const CONNECTION = "./widget/CONNECTION";

/**
 * Loads what connects an element. It is imported only once it has been fetched: Chromium does not fetch a module again that
 * has failed, as long as the page is open, and what is loaded later imports it by the same address. A page that was opened before a deployment names files that are gone: then this module is
 * loaded anew, which names those of today.
 */
export async function loadConnector(): Promise<Connector> {
  try {
    const response = await fetch(new URL(CONNECTION, import.meta.url));
    if (!response.ok) throw response;
    await response.text();
    return (await import("./element-connection.ts")).connect;
  } catch (error) {
    // Loaded anew already: then its files cannot be reached.
    if (import.meta.url.includes("?")) throw error;
    const newest = `${import.meta.url}?${Date.now()}`;
    const { loadConnector: loadAgain } = (await import(/* @vite-ignore */ newest)) as {
      loadConnector: () => Promise<Connector>;
    };
    return loadAgain();
  }
}

export class LilypadChat extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  readonly #shadow = this.attachShadow({ mode: "open" });
  #getToken: (() => Promise<string> | string) | undefined;
  #shell: Shell | undefined;
  #launcher: Launcher | undefined;
  #connection: ConnectedElement | undefined;
  /** Changes with each start: what was begun before is out of date. */
  #start: object | undefined;
  #isScheduled = false;

  /** Called for tokens in place of `token-url`, for a page that gets them in another way. */
  get getToken(): (() => Promise<string> | string) | undefined {
    return this.#getToken;
  }

  set getToken(getToken: (() => Promise<string> | string) | undefined) {
    if (getToken === this.#getToken) return;
    this.#getToken = getToken;
    this.#restart();
  }

  /** Opens the panel of a launcher, and moves the focus into it. */
  open(): void {
    this.#schedule();
    this.#settle();
    this.#launcher?.toggle(true);
  }

  /** Closes the panel of a launcher, and returns the focus to its button. */
  close(): void {
    this.#launcher?.toggle(false);
  }

  connectedCallback(): void {
    // Set before this script had been loaded, it hides the accessor.
    if (Object.hasOwn(this, "getToken")) {
      const { getToken } = this;
      Reflect.deleteProperty(this, "getToken");
      this.getToken = getToken;
    }
    this.#schedule();
  }

  /** Not where it is only moved to another place. */
  disconnectedCallback(): void {
    this.#schedule();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (isLook(name)) this.#look();
    else this.#restart();
  }

  /** A moment later: attributes may be set one by one, and an element that is moved is gone for a moment. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#settle());
  }

  #settle(): void {
    this.#isScheduled = false;
    if (!this.isConnected) this.#end();
    else if (!this.#start) this.#begin();
  }

  #restart(): void {
    if (this.#start) this.#end();
    this.#schedule();
  }

  #begin(): void {
    const start = (this.#start = {});
    const { isLauncher } = settingsOf(this);
    const shell = new Shell(this.#shadow, () =>
      this.#connection ? this.#connection.retry() : this.#load(start),
    );
    this.#shell = shell;
    if (isLauncher) {
      this.#launcher = new Launcher(shell.root, () => this.#connection?.showViews());
      shell.moveInto(this.#launcher.panel);
    }
    this.#look();
    this.#load(start);
  }

  /** Closes what is open, unless other elements need it. */
  #end(): void {
    this.#start = undefined;
    this.#connection?.close();
    this.#connection = undefined;
    this.#launcher = undefined;
    this.#shell = undefined;
    this.#shadow.replaceChildren();
  }

  #load(start: object): void {
    loadConnector().then(
      (connect) => start === this.#start && this.#connect(connect),
      () =>
        start === this.#start && this.#fail({ code: "offline", message: "The chat could not be loaded." }),
    );
  }

  #connect(connect: Connector): void {
    const [shell, launcher] = [this.#shell, this.#launcher];
    if (!shell) return;
    this.#connection = connect({
      server: SERVER,
      settings: settingsOf(this),
      getToken: this.#getToken,
      shell,
      isOpen: () => launcher?.isOpen ?? true,
      onClose: launcher && (() => launcher.toggle(false)),
      onUnread: (count) => {
        if (launcher) launcher.unread = count;
        this.dispatchEvent(new CustomEvent("unread", { detail: { count } }));
      },
      onProblem: (problem) => this.#report(problem),
    });
  }

  #fail(problem: Problem): void {
    this.#shell?.sayProblem(problem);
    this.#report(problem);
  }

  #report(problem: Problem): void {
    this.dispatchEvent(new CustomEvent("error", { detail: problem }));
  }

  #look(): void {
    if (this.#shell) this.#shell.theme = settingsOf(this).theme;
  }
}

// A page may include the script twice, and a version of before a deployment is there already.
if (!customElements.get("lilypad-chat")) customElements.define("lilypad-chat", LilypadChat);
