/** Keeping a thread in order with the React components: settings, timeouts, bans, reports, and the log of it all. */
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { sharedBrowser } from "./browser.ts";
import { newGroup, person, type Person } from "./people.ts";
import type { ReactVersion } from "./react-app.ts";
import { closeChat, openChat } from "./react-page.ts";

const browser = await sharedBrowser();

interface Pond {
  ada: Person;
  bob: Person;
  carol: Person;
  thread: string;
  page: Page;
  problems: string[];
  /** What each of the two sees, side by side on one page. */
  adas: Locator;
  bobs: Locator;
}

/** A group that Ada owns. Carol has written something there, which Bob has reported. */
async function openPond(react: ReactVersion, more = ""): Promise<Pond> {
  const [ada, bob, carol] = await Promise.all([person("Ada"), person("Bob"), person("Carol")]);
  const thread = await newGroup(ada, bob, carol);
  await ada.call("PATCH", `/api/threads/${thread}`, { name: "Pond" });
  await carol.call("POST", `/api/threads/${thread}/messages`, { body: "Buy my lilies" });
  await bob.call("POST", `/api/threads/${thread}/messages/1/reports`, { reason: "Spam or advertising" });
  const { page, problems } = await openChat(browser, ada, thread, {
    react,
    style: "#root, main { display: flex; } main, section { flex: 1; min-width: 0; height: 100vh; }",
    app: `const bobsToken = () => ${JSON.stringify(bob.token)};
    function App() {
      return <main>
        <section aria-label="Ada">${more}<Thread thread={thread} /></section>
        <section aria-label="Bob">
          <LilypadProvider url={url} getToken={bobsToken} outboxStorage={null}><Thread thread={thread} /></LilypadProvider>
        </section>
      </main>;
    }`,
  });
  const [adas, bobs] = [page.locator("section[aria-label=Ada]"), page.locator("section[aria-label=Bob]")];
  for (const view of [adas, bobs]) await view.getByText("Buy my lilies").waitFor();
  return { ada, bob, carol, thread, page, problems, adas, bobs };
}

const openDetails = async (view: Locator): Promise<Locator> => {
  await view.getByRole("button", { name: /: details$/ }).click();
  return view.getByRole("dialog", { name: "Details" });
};

const openMessageMenu = async (view: Locator, text: string): Promise<Locator> => {
  const row = view.locator(".lilypad-message", { hasText: text });
  await row.hover();
  await row.getByRole("button", { name: "Message actions" }).click();
  return view.getByRole("dialog", { name: "Message actions" });
};

const composerOf = (view: Locator) => view.getByLabel("Message", { exact: true });

it("settings take effect where the thread is open, and say why nobody writes", async () => {
  const { page, problems, adas, bobs } = await openPond("19");
  const details = await openDetails(adas);
  await details.getByLabel("Topic").fill("Water lilies only");
  await details.getByRole("button", { name: "Save" }).click();
  await bobs.locator("header").getByText("Water lilies only").waitFor();
  await expectAccessible(page);

  await details.getByLabel(/^Locked/).check();
  await bobs.getByText("This chat is locked.").waitFor();
  expect(await composerOf(bobs).isDisabled()).toBe(true);
  expect(await composerOf(adas).isDisabled()).toBe(false);
  await adas.locator("header").getByText("locked", { exact: false }).first().waitFor();
  await details.getByLabel(/^Locked/).uncheck();
  await details.getByLabel("Only moderators write", { exact: true }).check();
  await bobs.getByText("Only moderators can write here.").waitFor();
  await details.getByLabel("Only moderators write", { exact: true }).uncheck();
  await expect.poll(() => composerOf(bobs).isDisabled()).toBe(false);

  // Of what is chosen while an answer is awaited, the last counts.
  const answering = Promise.withResolvers<void>();
  await page.route(/\/api\/threads\/\w+$/, async (route) => {
    if (route.request().method() === "PATCH") await answering.promise;
    await route.continue();
  });
  await details.getByLabel(/^Locked/).check();
  await details.getByLabel(/^Locked/).uncheck();
  await details.getByLabel(/^Locked/).check();
  answering.resolve();
  await bobs.getByText("This chat is locked.").waitFor();
  await details.getByLabel(/^Locked/).uncheck();
  await expect.poll(() => composerOf(bobs).isDisabled()).toBe(false);
  expect(await details.getByLabel(/^Locked/).isChecked()).toBe(false);

  await details.getByLabel("Slow mode").selectOption("1 hour");
  await bobs.locator("header").getByText("slow mode: 1 hour").waitFor();
  await details.getByRole("button", { name: "Close" }).click();
  await composerOf(bobs).fill("My one message");
  await composerOf(bobs).press("Enter");
  // The next one can be written, and not sent yet.
  await bobs.getByText(/^Slow mode: you can write again in (60:00|59:\d\d)\.$/).waitFor();
  await composerOf(bobs).fill("And another");
  expect(await bobs.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  const forBob = await openDetails(bobs);
  await forBob.getByText("3 members").waitFor();
  expect(await forBob.getByRole("region", { name: "Settings" }).count()).toBe(0);
  expect(await forBob.getByRole("button", { name: "Reports" }).count()).toBe(0);
  expect(problems).toEqual([]);
  await closeChat(page);
});

it("reports are counted live and resolved in one step, and what was done is in a list", async () => {
  const { carol, thread, page, problems, adas, bobs } = await openPond(
    "18",
    "<p>{useOpenReports(thread)} open</p>",
  );
  // Also to a page that was not there when they came.
  await adas.getByText("1 open").waitFor();
  await carol.call("POST", `/api/threads/${thread}/messages`, { body: "Or my frogs" });
  const menu = await openMessageMenu(bobs, "Or my frogs");
  expect(await menu.getByRole("button", { name: "Ban author…" }).count()).toBe(0);
  await menu.getByRole("button", { name: "Report…" }).click();
  await menu.getByLabel("More about it").fill("Third time today");
  await menu.getByRole("button", { name: "Spam or advertising" }).click();
  await menu.getByRole("button", { name: "Done" }).click();

  await adas.getByText("2 open").waitFor();
  const details = await openDetails(adas);
  await details.getByRole("button", { name: "Reports (2)" }).click();
  const reports = adas.getByRole("dialog", { name: "Reports" });
  await reports.getByText("Buy my lilies").waitFor();
  await reports.getByText("Third time today").waitFor();
  await expectAccessible(page);
  await reports
    .getByRole("button", { name: /^Time out for a day: .*Carol/ })
    .first()
    .click();
  await expect.poll(() => reports.getByRole("listitem").count()).toBe(1);
  await reports.getByRole("button", { name: /^Dismiss: .*Carol/ }).click();
  await reports.getByText("Nothing to look at.").waitFor();
  await adas.getByText("0 open").waitFor({ state: "attached" });
  await page.keyboard.press("Escape");
  await expect.poll(() => reports.count()).toBe(0);
  await details.getByText(/^Member · timed out until/).waitFor();
  await details.getByRole("button", { name: "What was done here" }).click();
  const log = adas.getByRole("dialog", { name: "What was done here" });
  await expect.poll(() => log.getByText(/resolved a report about .*Carol/).count()).toBe(2);
  await log.getByText(/timed out .*Carol.* until/).waitFor();
  await expectAccessible(page);
  expect(problems).toEqual([]);
  await closeChat(page);
});

it("a moderator times out and bans from a message or the list of members, and is asked how long", async () => {
  const { bob, page, problems, adas, bobs } = await openPond("19");
  await composerOf(bobs).fill("Mine are cheaper");
  await composerOf(bobs).press("Enter");
  const menu = await openMessageMenu(adas, "Mine are cheaper");
  await menu.getByRole("button", { name: "Time out author…" }).click();
  const timeout = menu.getByRole("form", { name: /^Time out .*Bob/ });
  await timeout.getByLabel("1 hour").check();
  await expectAccessible(page);
  await timeout.getByRole("button", { name: "Time out" }).click();
  await bobs.getByText(/^A moderator has stopped you from writing here\. You can write again in/).waitFor();
  expect(await composerOf(bobs).isDisabled()).toBe(true);

  const details = await openDetails(adas);
  const openActions = async (name: string) => {
    await details.getByRole("button", { name: new RegExp(`^Actions for .*${name}`) }).click();
    return adas.getByRole("dialog", { name: new RegExp(`^Actions for .*${name}`) });
  };
  await (await openActions("Bob")).getByRole("button", { name: "End timeout" }).click();
  await expect.poll(() => composerOf(bobs).isDisabled()).toBe(false);
  await (await openActions("Carol")).getByRole("button", { name: "Make moderator" }).click();
  await details.getByText(/^Moderator/).waitFor();
  const remove = await openActions("Carol");
  await remove.getByRole("button", { name: "Remove" }).click();
  await remove.getByRole("button", { name: "Remove" }).click();
  await details.getByText("2 members").waitFor();

  const ban = await openActions("Bob");
  await ban.getByRole("button", { name: "Ban…" }).click();
  await ban.getByLabel("For good").check();
  await ban.getByLabel("Of the last hour").check();
  await ban.getByLabel(/^Reason/).fill("Advertising");
  await ban.getByRole("button", { name: "Ban", exact: true }).click();
  await bobs.getByText("You are no longer in this chat.").waitFor();
  await adas.getByText("Message deleted").waitFor();
  await details.getByRole("button", { name: "Banned people" }).click();
  const bans = adas.getByRole("dialog", { name: "Banned people" });
  await bans.getByText("Advertising").waitFor();
  await expectAccessible(page);
  await bans.getByRole("button", { name: /^Lift ban of .*Bob/ }).click();
  await bans.getByText("Nobody is banned.").waitFor();
  const found = await bob.call("GET", "/api/threads");
  expect(((await found.json()) as { threads: unknown[] }).threads).toEqual([]);
  expect(problems).toEqual([]);
  await closeChat(page);
});

it("a link that a moderator makes lets somebody in, until it is revoked", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newGroup(ada);
  const { page } = await openChat(browser, ada, thread, {
    app: `const linkHref = (code) => "https://example.com/join#" + code;
    function App() { return <Thread thread={thread} linkHref={linkHref} />; }`,
  });
  await page.getByRole("button", { name: /: details$/ }).click();
  await page.getByRole("button", { name: "Invitation links" }).click();
  const links = page.getByRole("dialog", { name: "Invitation links" });
  await links.getByText("No link is in use.").waitFor();
  await links.getByRole("button", { name: "Create link" }).click();
  const address = await links.getByLabel("Copy it now").inputValue();
  await links.getByText("Link 1: used 0 times of 1").waitFor();
  await expectAccessible(page);
  const joined = await bob.call("POST", `/api/links/${address.split("#")[1]}`);
  expect([address.split("#")[0], joined.status]).toEqual(["https://example.com/join", 200]);
  await links.getByRole("button", { name: "Revoke link 1" }).click();
  await links.getByText("No link is in use.").waitFor();
  await closeChat(page);
});
