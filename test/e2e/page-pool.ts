/**
 * Pages that are used again, by one test after another. A new browser context has a process of its own, which compiles
 * the scripts of the page anew: opening the page in it takes three times the work. A page is used again only where its
 * test did nothing with it but what is undone here; after anything else, such as a stopped clock, its context is closed.
 */
import { isDeepStrictEqual } from "node:util";
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from "playwright-core";
import { inject } from "vitest";

/** A page in a browser context (cookies, storage) of its own. */
export interface OwnPage {
  context: BrowserContext;
  page: Page;
  /** Uncaught errors of the page. */
  errors: string[];
}

/** What two pages must have in common for one to be used as the other. */
interface Kind {
  options: BrowserContextOptions;
  /** The script that runs before the page's. */
  initScript: string;
  /** Where it waits for the next test: a document without scripts. It is of the origin whose storage is cleared. */
  home: string;
}

interface PooledPage extends OwnPage {
  kind: Kind;
  devTools: CDPSession;
  /** Undo what the test has done to it, the last first. */
  undo: (() => void | Promise<void>)[];
  /** Whether something was done to it that is not undone here. */
  isChanged: boolean;
}

/** What ends with the document, or is undone by `releasePage` for every page. */
const OF_PAGE = new Set(
  `close evaluate evaluateHandle frameLocator getByLabel getByPlaceholder getByRole getByTestId getByText goBack goto
  keyboard locator mouse reload route title touchscreen unroute unrouteAll url waitForEvent waitForFunction waitForRequest
  waitForResponse waitForURL`.split(/\s+/),
);
/** What pages emulate by default of what no test's options have. */
const MEDIA = { media: null, reducedMotion: "no-preference", contrast: "no-preference" } as const;
const OF_CONTEXT = new Set(["addCookies", "cookies", "newPage", "route"]);

/** Those that a test has, by the context as the test sees it. */
const taken = new WeakMap<BrowserContext, PooledPage>();
const free = new Set<PooledPage>();

/** An empty page on which nobody is signed in, until it is given back by `releasePage`. */
export async function takePage(
  browser: Browser,
  options: BrowserContextOptions,
  { initScript = "", home = `${inject("url")}/robots.txt` }: Partial<Kind> = {},
): Promise<OwnPage> {
  const kind = { options, initScript, home };
  const same = [...free].find((one) => isDeepStrictEqual(one.kind, kind));
  const pooled = same ?? (await newPage(browser, kind));
  free.delete(pooled);
  const onChange = () => (pooled.isChanged = true);
  const context = observe(pooled.context, OF_CONTEXT, ownOfContext(pooled), onChange);
  const own = { ...ownOfPage(pooled), context: () => context };
  const page = observe(pooled.page, OF_PAGE, own, onChange);
  taken.set(context, pooled);
  return { context, page, errors: pooled.errors };
}

/** What the test gets instead of these members: they note how to undo what they do. */
function ownOfPage({ page, kind, undo }: PooledPage): Partial<Page> {
  return {
    on: ((event: "close", listener: () => void) => {
      undo.push(() => void page.off(event, listener));
      return page.on(event, listener);
    }) as Page["on"],
    addInitScript: async (script, ...args) => {
      const added = await page.addInitScript(script, ...args);
      undo.push(() => added.dispose());
      return added;
    },
    emulateMedia: (media) => {
      const { colorScheme = "light", forcedColors = "none" } = kind.options;
      undo.push(() => page.emulateMedia({ ...MEDIA, colorScheme, forcedColors }));
      return page.emulateMedia(media);
    },
    setViewportSize: (size) => {
      const { viewport } = kind.options;
      if (viewport) undo.push(() => page.setViewportSize(viewport));
      return page.setViewportSize(size);
    },
  };
}

/** The same of the context. */
function ownOfContext({ context, undo }: PooledPage): Partial<BrowserContext> {
  return {
    setOffline: (offline) => {
      undo.push(() => context.setOffline(false));
      return context.setOffline(offline);
    },
    newCDPSession: async (page) => {
      const session = await context.newCDPSession(page);
      undo.push(() => session.detach());
      return session;
    },
  };
}

/** Gives back the page of this context, as `takePage` returned it. */
export async function releasePage(context: BrowserContext): Promise<void> {
  const pooled = taken.get(context);
  if (!pooled) throw new Error("not taken from the pool");
  const { page, kind, devTools } = pooled;
  taken.delete(context);
  for (const tab of pooled.context.pages()) if (tab !== page) await closePage(tab);
  // A handler of a route may be in the middle of a request, for which nobody waits any more.
  for (const routed of [pooled.context, page]) await routed.unrouteAll({ behavior: "ignoreErrors" });
  if (pooled.isChanged || page.isClosed()) return pooled.context.close();
  for (const undo of pooled.undo.splice(0).toReversed()) await undo();
  await page.goto(kind.home);
  await page.mouse.move(0, 0);
  await page.evaluate(() => sessionStorage.clear());
  const { origin } = new URL(kind.home);
  await devTools.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await pooled.context.clearCookies();
  pooled.errors.length = 0;
  free.add(pooled);
}

async function closePage(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.close();
}

/** Whether the context waits for the next test. */
export const isFree = (context: BrowserContext) => [...free].some((pooled) => pooled.context === context);

async function newPage(browser: Browser, kind: Kind): Promise<PooledPage> {
  const context = await browser.newContext(kind.options);
  if (kind.initScript !== "") await context.addInitScript(kind.initScript);
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return { context, page, errors, kind, devTools, undo: [], isChanged: false };
}

/** The same object, but for some members of its `own`. Calls `onChange` where any is used that is not in `undone`. */
function observe<T extends object>(
  target: T,
  undone: ReadonlySet<string>,
  own: Partial<T>,
  onChange: () => void,
): T {
  return new Proxy(target, {
    get(_target, name) {
      if (name in own) return own[name as keyof T];
      if (typeof name === "string" && !name.startsWith("_") && name in target && !undone.has(name))
        onChange();
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
