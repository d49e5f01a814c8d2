/** The React components where a page is rendered on a server first. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { build } from "vite";
import { sharedBrowser } from "./browser.ts";
import { newGroup, person } from "./people.ts";
import { openReactApp, REACT_VERSIONS, viteConfig, writeApp, type ReactVersion } from "./react-app.ts";

const browser = await sharedBrowser();

/** What Node prints that runs this module, with everything that it imports. */
async function printedByServer(react: ReactVersion, files: Record<string, string>): Promise<string> {
  const directory = await writeApp(files);
  await build({
    ...viteConfig({ react, development: true }),
    root: directory,
    ssr: { noExternal: true },
    build: { ssr: "server.jsx", outDir: "server", chunkSizeWarningLimit: 10_000 },
  });
  return execFileSync(process.execPath, [join(directory, "server/server.mjs")], { encoding: "utf8" });
}

it.each(Object.keys(REACT_VERSIONS) as ReactVersion[])(
  "React %s renders a thread as loading on a server, and the browser goes on from there",
  async (react) => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newGroup(ada, bob);
    await bob.call("POST", `/api/threads/${thread}/messages`, { body: "Hello" });
    const app = `
      import { LilypadProvider, Reports, Thread, ThreadDetails, ThreadList, useConnection, usePresence, useUnread } from "lilypad/react";
      function Status() {
        const people = usePresence([${JSON.stringify(bob.id)}]);
        return <p>{useConnection().connection} {useUnread()} {Object.keys(people).length}</p>;
      }
      export const App = () => (
        <LilypadProvider url={${JSON.stringify(inject("url"))}} getToken={() => ${JSON.stringify(ada.token)}}>
          <Status /><ThreadList /><Thread thread={${JSON.stringify(thread)}} />
          <Reports thread={${JSON.stringify(thread)}} /><ThreadDetails thread={${JSON.stringify(thread)}} />
        </LilypadProvider>
      );
      export const OwnOrigin = () => <LilypadProvider><Thread thread="key:order-1" /></LilypadProvider>;`;
    const html = await printedByServer(react, {
      "app.jsx": app,
      "server.jsx": `
        import { renderToString } from "react-dom/server";
        import { App, OwnOrigin } from "./app.jsx";
        for (const level of ["error", "warn"]) console[level] = (...what) => { throw new Error(what.join(" ")); };
        renderToString(<OwnOrigin />);
        console.log(renderToString(<App />));`,
    });
    expect(html).toContain("Loading…");
    expect(html).toContain("connecting");

    const problems: string[] = [];
    const files = {
      "app.jsx": app,
      "index.html": `<!doctype html><meta charset="utf-8" /><title>Rendered</title><div id="root">${html.trim()}</div>
          <script type="module" src="/main.jsx"></script>`,
      "main.jsx": `
          import { StrictMode } from "react";
          import { hydrateRoot } from "react-dom/client";
          import { App } from "./app.jsx";
          hydrateRoot(document.getElementById("root"), <App />);`,
    };
    const { page, close } = await openReactApp(browser, { react, files }, (opened) => {
      opened.on("console", (message) => problems.push(message.text()));
      opened.on("pageerror", (error) => problems.push(String(error)));
    });
    await expect.poll(() => page.locator(".lilypad-bubble").allTextContents()).toEqual(["Hello"]);
    await page.getByText("Nothing to look at.").waitFor();
    await page.getByRole("region", { name: "2 members" }).waitFor();
    await expect.poll(() => page.locator("#root > p").textContent()).toMatch(/^open \d 1$/);
    expect(problems.filter((text) => !text.includes("React DevTools"))).toEqual([]);
    await close();
  },
);
