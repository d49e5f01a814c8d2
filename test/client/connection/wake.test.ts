/** The moments at which a browser's client does not wait any longer. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../../../src/client/connection/reconnecting-socket.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "../support/fake-socket.ts";

/** A browser's window and page, which count who listens. */
class CountingTarget extends EventTarget {
  listeners = 0;
  override addEventListener(...given: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners += 1;
    super.addEventListener(...given);
  }
  override removeEventListener(...given: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners -= 1;
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
});
afterEach(() => vi.unstubAllGlobals());

async function connect() {
  const sockets: FakeSocket[] = [];
  const connection = new Connection<{ type: string }>({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket.asSocket;
    },
    renews: false,
    onEvents: () => {},
    onState: () => {},
  });
  connection.reconnect();
  await pass();
  return { connection, sockets, newest: () => sockets.at(-1) as FakeSocket };
}

/** Lost again and again, so that it would wait for half a minute. */
async function waitingLong() {
  const lost = await connect();
  for (let attempt = 0; attempt < 8; attempt++) {
    lost.newest().closes(1006);
    await pass(attempt < 7 ? 30_000 : 0);
  }
  expect(lost.connection.state).toBe("waiting");
  return { ...lost, before: lost.sockets.length };
}

describe("a client that waits to connect again", () => {
  it("does so at once when the network is back", async () => {
    const { sockets, before } = await waitingLong();
    browser.dispatchEvent(new Event("online"));
    await pass();
    expect(sockets).toHaveLength(before + 1);
  });

  it("does so at once when a hidden page is shown, and not when it is hidden", async () => {
    const { sockets, before } = await waitingLong();
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(sockets).toHaveLength(before);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(sockets).toHaveLength(before + 1);
  });
});

describe("a client that looks connected", () => {
  it("asks its socket when the network is back, and gives it up where it does not answer", async () => {
    const { connection, newest } = await connect();
    newest().says({ type: "welcome" });
    browser.dispatchEvent(new Event("online"));
    expect(newest().sent).toEqual(["ping"]);
    await pass(10_000);
    expect(connection.state).toBe("waiting");
  });
});

it("listens to nothing once it is closed", async () => {
  const { connection } = await connect();
  expect([browser.listeners, page.listeners]).toEqual([2, 1]);
  connection.close();
  expect([browser.listeners, page.listeners]).toEqual([0, 0]);
});
