/**
 * Pages that are used again, by one test after another. A new browser context has a process of its own, which compiles
 * the scripts of the page anew: opening the page in it takes three times the work. A page is used again only where its
 * test did nothing with it but what is undone here; after anything else, such as a stopped clock or a script that runs
 * before the page's, its context is closed.
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

interface PooledPage extends OwnPage {
  options: BrowserContextOptions;
  devTools: CDPSession;
  /** Whether something was done to it that is not undone here. */
  isChanged: boolean;
}

/** What ends with the document, or is undone by `releasePage`. */
const OF_PAGE = new Set(
  `close evaluate evaluateHandle getByLabel getByPlaceholder getByRole getByTestId getByText goBack goto keyboard
  locator mouse reload route touchscreen unroute unrouteAll url waitForResponse waitForURL`.split(/\s+/),
);
const OF_CONTEXT = new Set(["addCookies", "cookies"]);

/** Those that a test has, by the context as the test sees it. */
const taken = new WeakMap<BrowserContext, PooledPage>();
const free = new Set<PooledPage>();

/** An empty page on which nobody is signed in, until it is given back by `releasePage`. */
export async function takePage(browser: Browser, options: BrowserContextOptions): Promise<OwnPage> {
  const same = [...free].find((one) => isDeepStrictEqual(one.options, options));
  const pooled = same ?? (await newPage(browser, options));
  free.delete(pooled);
  const onChange = () => (pooled.isChanged = true);
  const context = observe(pooled.context, OF_CONTEXT, {}, onChange);
  const page = observe(pooled.page, OF_PAGE, { context: () => context }, onChange);
  taken.set(context, pooled);
  return { context, page, errors: pooled.errors };
}

/** Gives back the page of this context, as `takePage` returned it. */
export async function releasePage(context: BrowserContext): Promise<void> {
  const pooled = taken.get(context);
  if (!pooled) throw new Error("not taken from the pool");
  taken.delete(context);
  await pooled.page.unrouteAll({ behavior: "ignoreErrors" });
  if (pooled.isChanged || pooled.page.isClosed()) return pooled.context.close();
  // Of the same origin, and without scripts.
  await pooled.page.goto(`${inject("url")}/robots.txt`);
  await pooled.page.mouse.move(0, 0);
  await pooled.page.evaluate(() => sessionStorage.clear());
  const origin = new URL(inject("url")).origin;
  await pooled.devTools.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await pooled.context.clearCookies();
  pooled.errors.length = 0;
  free.add(pooled);
}

/** Whether the context waits for the next test. */
export const isFree = (context: BrowserContext) => [...free].some((pooled) => pooled.context === context);

async function newPage(browser: Browser, options: BrowserContextOptions): Promise<PooledPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return { context, page, errors, options, devTools, isChanged: false };
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
      if (typeof name === "string" && !name.startsWith("_") && !undone.has(name)) onChange();
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
