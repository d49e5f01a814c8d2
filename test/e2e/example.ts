/** An application of `examples`, started by its documented command beside the server under test; and what people do in it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Browser, Page } from "playwright-core";
import { inject, vi } from "vitest";
import { WAIT_LIMIT_MS } from "../support/wait-limit.ts";
import { DESKTOP, messageRow, send, waitUntilSent } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { freePort } from "./server.ts";

export interface Example {
  url: string;
  stop: () => Promise<void>;
}

/** Starts it on a free port. Throws with its output where it does not answer. */
export async function startExample(name: string): Promise<Example> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const args = ["run", "--silent", "example", "--", name, "--url", inject("url"), "--port", String(port)];
  const child = spawn("npm", args, {
    // A group of its own, so that all of it ends together.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, AUTH_SECRET: inject("authSecret"), SERVER_SECRET: inject("serverSecret") },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "exit");
  await vi.waitFor(
    async () => {
      if (child.exitCode === null && !(await fetch(url)).ok) throw new Error("it does not answer");
    },
    { timeout: WAIT_LIMIT_MS, interval: 100 },
  );
  if (child.exitCode !== null) throw new Error(`The example ${name} has ended:\n${output}`);
  return {
    url,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
      await exited;
    },
  };
}

/** One who has signed in to the application's own form, in a browser of their own. */
export async function signIn(
  browser: Browser,
  { url }: Example,
  user: string,
  password: string,
): Promise<Page> {
  const { page } = await takePage(browser, DESKTOP);
  await page.goto(url);
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("You are ").waitFor();
  return page;
}

/** Two who have the same thread open write to each other. What both see in the end, and one of them after a reload. */
export async function chat(one: Page, other: Page): Promise<string[][]> {
  await send(one, "Hello from one");
  await waitUntilSent(one, "Hello from one");
  await messageRow(other, "Hello from one").waitFor();
  await send(other, "Hello from the other");
  await messageRow(one, "Hello from the other").waitFor();
  await one.reload();
  await messageRow(one, "Hello from the other").waitFor();
  const bodies = (page: Page) =>
    page
      .locator("[data-state]")
      .getByText(/^Hello from (one|the other)$/)
      .allTextContents();
  return Promise.all([bodies(one), bodies(other)]);
}

export const CHAT = ["Hello from one", "Hello from the other"];

export async function leave(...pages: Page[]): Promise<void> {
  for (const page of pages) await releasePage(page.context());
}
