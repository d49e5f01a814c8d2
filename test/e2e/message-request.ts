/**
 * A direct thread as a message request. The server under test adds everyone at once (`CONTACT_POLICY` is `open`), so what it
 * answers about the thread is changed on its way to the page.
 */
import type { Page, WebSocketRoute } from "playwright-core";

export interface MessageRequest {
  /** How it was answered: `accept`, `decline`. */
  answers: string[];
}

interface ListedThread {
  id: string;
}

/** Takes effect where the page loads its list of threads, and opens the thread, from now on. */
export async function showAsRequest(
  page: Page,
  threadId: string,
  invitedBy: { id: string; name: string },
): Promise<MessageRequest> {
  const answers: string[] = [];
  const rooms: WebSocketRoute[] = [];
  await page.route(/\/api\/threads(\?.*)?$/, async (route) => {
    if (route.request().method() !== "GET" || answers.includes("accept")) return route.continue();
    const response = await route.fetch();
    const list = (await response.json()) as { threads: ListedThread[] };
    const threads = list.threads.flatMap((thread) => {
      if (thread.id !== threadId) return [thread];
      return answers.length > 0 ? [] : [{ ...thread, unread: 0, state: "invited", invitedBy }];
    });
    return route.fulfill({ response, json: { ...list, threads } });
  });
  await page.route(new RegExp(`/api/threads/${threadId}/(accept|decline)$`), async (route) => {
    // The browser asks first whether it may.
    if (route.request().method() !== "POST") return route.continue();
    const answer = route.request().url().split("/").at(-1) ?? "";
    answers.push(answer);
    // To the server it is a thread like any other, which nobody can decline.
    if (answer === "decline")
      return route.fulfill({ status: 204, headers: { "access-control-allow-origin": "*" } });
    await route.continue();
    // What the server would send of it comes with the next connection.
    for (const room of rooms) await room.close();
  });
  await page.routeWebSocket(new RegExp(`/api/threads/${threadId}/socket`), (room) => {
    rooms.push(room);
    const server = room.connectToServer();
    server.onMessage((frame) => room.send(answers.includes("accept") ? frame : withoutMembership(frame)));
  });
  return { answers };
}

/** Who has yet to accept is no member: what is sent of the thread has no `you`. */
function withoutMembership(frame: string | Buffer): string | Buffer {
  return typeof frame === "string" && frame.includes('"type":"welcome"')
    ? frame.replace(/,"you":\{[^}]*\}/, "")
    : frame;
}

/** Ends the time in which an answer can be taken back, as leaving the page would. */
export const stopUndo = (page: Page): Promise<void> =>
  page.evaluate(() => void dispatchEvent(new Event("pagehide")));
