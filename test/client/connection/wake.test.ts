/** The moments at which a client in a browser checks its connection at once. */
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startRoom } from "../support/fake-server.ts";
import { history, welcome } from "../support/samples.ts";

/** A browser's window or page, which counts its listeners. */
class CountingTarget extends EventTarget {
  listenerCount = 0;
  override addEventListener(...given: Parameters<EventTarget["addEventListener"]>): void {
    this.listenerCount += 1;
    super.addEventListener(...given);
  }
  override removeEventListener(...given: Parameters<EventTarget["removeEventListener"]>): void {
    this.listenerCount -= 1;
    super.removeEventListener(...given);
  }
}

let browser: CountingTarget;
let page: CountingTarget & { visibilityState: string };

useFakeClock();
beforeEach(() => {
  browser = new CountingTarget();
  page = Object.assign(new CountingTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", browser.addEventListener.bind(browser));
  vi.stubGlobal("removeEventListener", browser.removeEventListener.bind(browser));
  onTestFinished(() => void vi.unstubAllGlobals());
});

/** A room that lost its connection so often that it waits for up to half a minute. */
async function waiting() {
  const started = await startRoom();
  for (let failures = 0; failures < 8; failures++) {
    started.newest().drop(1006);
    if (failures < 7) await pass(30_000);
  }
  expect(started.room.getSnapshot().connection).toBe("waiting");
  return { ...started, attempts: started.sockets.length };
}

describe("a client that the server has asked to wait", () => {
  it("does not connect before, whatever the browser reports", async () => {
    const { sockets, newest } = await startRoom();
    newest().drop(4129);
    const attempts = sockets.length;
    browser.dispatchEvent(new Event("online"));
    page.dispatchEvent(new Event("visibilitychange"));
    await pass(9_999);
    expect(sockets).toHaveLength(attempts);
    await pass(5_501);
    expect(sockets).toHaveLength(attempts + 1);
  });
});

describe("a client that waits for its next attempt", () => {
  it("connects at once when the network returns", async () => {
    const { sockets, attempts } = await waiting();
    browser.dispatchEvent(new Event("online"));
    await pass();
    expect(sockets).toHaveLength(attempts + 1);
  });

  it("connects at once when its page becomes visible, and not when it becomes hidden", async () => {
    const { sockets, attempts } = await waiting();
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(sockets).toHaveLength(attempts);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(sockets).toHaveLength(attempts + 1);
  });
});

describe("a client that is connecting", () => {
  it("gives the attempt up when the browser is offline", async () => {
    const { room, sockets } = await startRoom();
    expect(room.getSnapshot().connection).toBe("connecting");
    browser.dispatchEvent(new Event("offline"));
    expect(room.getSnapshot().connection).toBe("waiting");
    expect(sockets.filter(({ isOpen }) => isOpen)).toEqual([]);
  });
});

describe("a client that looks connected", () => {
  it("is not connected from the moment at which the browser is offline", async () => {
    const { room, sockets, newest } = await startRoom();
    newest().deliver(welcome(0), history([]));
    browser.dispatchEvent(new Event("offline"));
    expect(room.getSnapshot()).toMatchObject({ connection: "waiting", closeCode: 1006 });
    expect(sockets.filter(({ isOpen }) => isOpen)).toEqual([]);
    // The browser is back before the next attempt is due.
    browser.dispatchEvent(new Event("online"));
    await pass();
    newest().deliver(welcome(0), history([]));
    expect(room.getSnapshot().connection).toBe("open");
  });

  it("connects again where the browser was wrong", async () => {
    const { room, sockets, newest } = await startRoom();
    newest().deliver(welcome(0), history([]));
    browser.dispatchEvent(new Event("offline"));
    await pass(500);
    expect(sockets).toHaveLength(2);
    newest().deliver(welcome(0), history([]));
    expect(room.getSnapshot().connection).toBe("open");
  });

  it("pings on online, and gives up a socket that does not answer", async () => {
    const { room, newest } = await startRoom();
    newest().deliver(welcome(0), history([]));
    browser.dispatchEvent(new Event("online"));
    expect(newest().sent).toEqual(["ping"]);
    await pass(10_000);
    expect(room.getSnapshot().connection).toBe("waiting");
  });
});

it("listens to nothing once it is closed", async () => {
  const { room } = await startRoom();
  expect([browser.listenerCount, page.listenerCount]).toEqual([2, 1]);
  room.close();
  expect([browser.listenerCount, page.listenerCount]).toEqual([0, 0]);
});
