/** A page that is set up wrongly, in a real browser: what it reports, though a browser shows the client a lost network. */
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { newGroup, person } from "./people.ts";
import { serveHtml } from "./sites.ts";

const browser = await sharedBrowser();

/** Opens a page that creates a client with this URL, sandboxed or not, and shows how its room is and a request failed. */
async function openPage(url: string, { sandboxed = false } = {}) {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const html = `<!doctype html><body><script type="module">
    import { createClient } from ${JSON.stringify(`${inject("url")}/client.js`)};
    const client = createClient({ url: ${JSON.stringify(url)}, getToken: () => ${JSON.stringify(ada.token)}, outboxStorage: null });
    client.thread(${JSON.stringify(threadId)}).subscribe(({ connection, reason }) => {
      document.body.dataset.room = connection + ": " + reason;
    });
    client.api.threads().catch(({ code }) => (document.body.dataset.request = code));
  </script>`;
  const framed = `<!doctype html><title>A site</title><iframe sandbox="allow-scripts" srcdoc="${html.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"></iframe>`;
  const site = await serveHtml(sandboxed ? framed : html);
  const { context, page } = await takePage(browser, DESKTOP);
  const errors: string[] = [];
  page.on("console", (line) => {
    if (line.type() === "error" && line.text().startsWith("Lilypad: ")) errors.push(line.text());
  });
  await page.goto(site.url);
  const body = sandboxed ? page.frameLocator("iframe").locator("body") : page.locator("body");
  return {
    errors,
    shown: (part: "room" | "request") => body.getAttribute(`data-${part}`),
    close: async () => {
      await releasePage(context);
      site.close();
    },
  };
}

it("names an origin that is not allowed in the console, with what to do, and stops", async () => {
  // The origin of a sandboxed frame is `null`, which no setting allows.
  const { errors, shown, close } = await openPage(inject("url"), { sandboxed: true });
  await expect.poll(() => shown("room")).toMatch(/^stopped: This page's origin, null, is not allowed/);
  await expect.poll(() => shown("request")).toBe("misconfigured");
  await expect.poll(() => errors).toEqual([expect.stringContaining("Add it to ALLOWED_ORIGINS")]);
  await close();
});

it("says that a `url` is not Lilypad's where another server answers there, which lets no page read it", async () => {
  const other = await serveHtml("<title>Not Lilypad</title>");
  const { errors, shown, close } = await openPage(other.url);
  await expect.poll(() => shown("room")).toMatch(/^stopped: .* answers, but lets this page read nothing/);
  await expect.poll(() => shown("request")).toBe("misconfigured");
  await expect.poll(() => errors).toEqual([expect.stringContaining("Check the `url`")]);
  await close();
  other.close();
});
