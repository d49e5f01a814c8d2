/** The example `examples/react-vite`, copied to a directory of its own, in which its packages are installed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { installPackages } from "./react-app.ts";
import { bodies, field } from "./react-page.ts";

const browser = await sharedBrowser();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(inject("scratch"), "example-"));
  await cp("examples/react-vite", directory, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  await installPackages(directory);
});
const vite = (...args: string[]) => [join(directory, "node_modules/vite/bin/vite.js"), ...args];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts it as `npm start` does once its packages are installed. */
async function startExample(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const child = spawn(process.execPath, vite(), {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      PORT: String(port),
      LILYPAD_URL: inject("url"),
      AUTH_SECRET: inject("authSecret"),
      SERVER_SECRET: inject("serverSecret"),
    },
  });
  const exited = once(child, "exit");
  const url = `http://localhost:${port}`;
  await expect
    .poll(() =>
      fetch(url).then(
        ({ ok }) => ok,
        () => child.exitCode !== null,
      ),
    )
    .toBe(true);
  return {
    url,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

it("lets two users chat in a thread of the application's own", async () => {
  const { url, stop } = await startExample();
  const problems: string[] = [];
  const open = async (user: string) => {
    const { page } = await takePage(browser, DESKTOP);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${url}/?user=${user}`);
    await page.getByRole("heading", { name: "The pond" }).waitFor();
    return page;
  };
  const [ada, ben] = [await open("ada"), await open("ben")];
  await field(ada).fill("Hello Ben");
  await field(ada).press("Enter");
  await expect.poll(() => bodies(ben)).toEqual(["Hello Ben"]);
  await field(ben).fill("Hello Ada");
  await field(ben).press("Enter");
  await expect.poll(() => bodies(ada)).toEqual(["Hello Ben", "Hello Ada"]);
  expect((await fetch(`${url}/chat-token?user=eve`, { method: "POST" })).status).toBe(401);
  expect(problems).toEqual([]);
  for (const page of [ada, ben]) await releasePage(page.context());
  await stop();
});

it("is built for production", async () => {
  const child = spawn(process.execPath, vite("build", "--logLevel", "warn"), {
    cwd: directory,
    stdio: "inherit",
    // Not that of the tests, by which React would be a development build.
    env: { ...process.env, NODE_ENV: "production", LILYPAD_URL: inject("url") },
  });
  expect(await once(child, "exit")).toEqual([0, null]);
});
