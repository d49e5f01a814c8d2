/** A page that shows threads with the React components, as a user sees it. */
import type { Browser, Page } from "playwright-core";
import { inject } from "vitest";
import { releasePage, takePage } from "./page-pool.ts";
import type { Person } from "./people.ts";
import type { ReactVersion } from "./react-app.ts";
import { servePage } from "./react-libraries.ts";

export interface ChatAppOptions {
  react?: ReactVersion;
  /** Declares `App`, with the names that `lilypad/react` and `react` export. */
  app?: string;
  /** The attributes of the provider besides `url` and `getToken`. */
  provider?: string;
  /** A style sheet beside the package's own. */
  style?: string;
  /** Called with the page before it is opened. */
  onPage?: (page: Page) => void;
  /** The same, and waited for. */
  prepare?: (page: Page) => Promise<void>;
}

const LAYOUT = `body { margin: 0 } #root { height: 100vh } :root { color-scheme: light dark }`;

/** Opens a page in StrictMode that shows a thread to a user; `problems` has what it logs. */
export async function openChat(
  browser: Browser,
  user: Person,
  thread: string,
  options: ChatAppOptions = {},
): Promise<{ page: Page; problems: string[] }> {
  const {
    react = "19",
    app = "function App() { return <Thread thread={thread} />; }",
    provider = "",
    style = "",
  } = options;
  const main = `
        import { StrictMode, useEffect, useMemo, useState } from "react";
        import { createRoot } from "react-dom/client";
        import { createClient } from "lilypad/client";
        import * as Lilypad from "lilypad/react";
        const {
          AuditLog, Avatar, BlockedPeople, Composer, ConnectionNotice, LilypadProvider, Message, MessageList, MessageText, Reactions, Reports, Requests, Thread,
          ThreadHeader, ThreadList, TypingIndicator, useBlocks, useClient, useConnection, useMessageActions, useOpenReports, usePresence,
          useRequests, useThread, useThreadActions, useThreadState, useThreads, useTyping, useUnread,
        } = Lilypad;
        const thread = ${JSON.stringify(thread)};
        const url = ${JSON.stringify(inject("url"))};
        const getToken = () => ${JSON.stringify(user.token)};
        ${app}
        createRoot(document.getElementById("root")).render(
          <StrictMode><LilypadProvider url={url} getToken={getToken} ${provider}><App /></LilypadProvider></StrictMode>,
        );`;
  const url = await servePage(react, main, `${LAYOUT}\n${style}`);
  const { page } = await takePage(browser, {}, { home: new URL("/style.css", url).href });
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  options.onPage?.(page);
  await options.prepare?.(page);
  await page.goto(url);
  return { page, problems };
}

/** Closes the page that `openChat` has opened. */
export const closeChat = (page: Page) => releasePage(page.context());

export const field = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
export const messages = (page: Page) => page.getByRole("log").locator(".lilypad-message");
/** The texts of the messages that are shown. */
export const bodies = (page: Page) => page.getByRole("log").locator(".lilypad-bubble").allTextContents();
