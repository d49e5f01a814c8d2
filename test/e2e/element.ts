/** `<lilypad-chat>` on a page of another site: the page, what its element reports, and where its parts are found. */
import type { Browser, BrowserContextOptions, Page, WebSocket } from "playwright-core";
import { expect, inject } from "vitest";
import { startHostSite, tokenAnswer, type HostSite } from "./host-site.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import type { Person } from "./people.ts";

export interface ElementPage {
  page: Page;
  site: HostSite;
  /** What the elements have reported: `unread 2`, `error not_found`. */
  events: () => Promise<string[]>;
  lastEvent: () => Promise<string | undefined>;
  /** The paths of the sockets that are open, without their query. */
  sockets: () => string[];
  /** Fails where the page had an uncaught error, or broke its policy. */
  close: () => Promise<void>;
}

export interface ElementPageOptions {
  /** The token is this person's. */
  user: Person;
  /** Before the element. */
  before?: string;
  headers?: Record<string, string>;
  context?: BrowserContextOptions;
  /** Called before the page is opened. */
  prepare?: (page: Page) => Promise<void>;
  answer?: Parameters<HostSite["onToken"]>[0];
}

const RECORDER = `for (const type of ["unread", "error"]) addEventListener(type, ({ target, detail }) => {
  if (target.localName === "lilypad-chat") (window.events ??= []).push(type + " " + (detail.count ?? detail.code));
}, true);`;

/** Opens a page of another site with these elements. */
export async function openElement(
  browser: Browser,
  elements: string,
  options: ElementPageOptions,
): Promise<ElementPage> {
  const { user, before = "", headers = {}, context: contextOptions = DESKTOP } = options;
  const site = await startHostSite(
    `<!doctype html><html lang="en"><head><title>A shop</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <script type="module" src="${inject("url")}/widget.js"></script></head>
    <body>${before}${elements}</body></html>`,
    options.answer ?? tokenAnswer(user.token),
    headers,
  );
  // The site's port is its own: nothing is left of its storage where another site is opened.
  const { context, page } = await takePage(browser, contextOptions, { initScript: RECORDER });
  const failures: string[] = [];
  // By themselves, not by their paths: a new one may open before the one that it follows has closed.
  const open = new Set<WebSocket>();
  page.on("pageerror", (error) => failures.push(String(error)));
  page.on("console", (line) => {
    if (/Content Security Policy|Trusted ?Type/i.test(line.text())) failures.push(line.text());
  });
  page.on("websocket", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await options.prepare?.(page);
  await page.goto(site.url);
  const events = () => page.evaluate(() => (globalThis as { events?: string[] }).events ?? []);
  return {
    page,
    site,
    events,
    lastEvent: async () => (await events()).at(-1),
    sockets: () => [...open].map((socket) => new URL(socket.url()).pathname).toSorted(),
    close: async () => {
      await releasePage(context);
      site.close();
      expect(failures).toEqual([]);
    },
  };
}

export const launcher = (page: Page) =>
  page.getByRole("button", { name: /^(Open|Close) chat(, \d+ unread)?$/ }).last();
export const panel = (page: Page) => page.getByRole("dialog", { name: "Chat", exact: true });

/** The name of the control that has the focus, in whatever shadow tree. */
export const focused = (page: Page) =>
  page.evaluate(() => {
    let { activeElement } = document;
    while (activeElement?.shadowRoot?.activeElement) ({ activeElement } = activeElement.shadowRoot);
    return (
      activeElement?.getAttribute("aria-label") ??
      activeElement?.getAttribute("placeholder") ??
      activeElement?.localName
    );
  });
