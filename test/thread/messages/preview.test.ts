/** The beginning of a message, as notifications and lists of threads show it. */
import { expect, it } from "vitest";
import { threadPage } from "../../../src/protocol/http.ts";
import { PREVIEW_LENGTH } from "../../../src/protocol/limits.ts";
import { withoutWaits } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person } from "../../support/host-users.ts";

// The preview comes with a notification, for which a thread waits.
withoutWaits();

/** The preview that a thread list shows of a new message with this body. */
async function previewOf(body: string): Promise<string | undefined> {
  const ada = await person("Ada");
  const thread = await newThread(ada, "group", [], "Previews");
  const sent = await ada.call("POST", `/api/threads/${thread.id}/messages`, { body });
  expect(sent.status).toBe(201);
  return eventually(async () => {
    const response = await ada.call("GET", "/api/threads");
    const { threads } = threadPage.parse(await response.json());
    const preview = threads[0]?.lastMessage?.preview;
    if (preview === undefined) throw new Error("no message yet");
    return preview;
  });
}

it("a preview is the whole message where that fits, on one line", async () => {
  expect(await previewOf("  two\n\nlines \t and more ")).toBe("two lines and more");
});

it("a preview that is shortened says so, and ends with a whole grapheme", async () => {
  const letters = "x".repeat(PREVIEW_LENGTH - 3);
  expect(await previewOf(`${letters}👨‍👩‍👧‍👦`)).toBe(`${letters}…`);
  expect(await previewOf(`${letters}👍🏽`)).toBe(`${letters}…`);
});

it("a preview goes on after much white space", async () => {
  expect(await previewOf(`first${" ".repeat(4 * PREVIEW_LENGTH)}second`)).toBe("first second");
});
