/** What an application got wrong is said plainly, by sockets and requests alike, and is no lost network. */
import { describe, expect, it, vi } from "vitest";
import { createClient, type ClientOptions } from "../../src/client/client.ts";
import { pass, useFakeClock } from "./support/fake-clock.ts";
import { startRoom } from "./support/fake-server.ts";
import { history, welcome } from "./support/samples.ts";

type GetToken = NonNullable<ClientOptions["getToken"]>;

const healthy = { health: async () => ({ ok: true, originAllowed: true }) };
const foreign = { health: async () => ({ ok: true, originAllowed: false }) };

/** A room whose every socket closes as one of a lost connection, until it makes no further attempt. */
async function failingRoom(options: Parameters<typeof startRoom>[0]) {
  const onSignedOut = vi.fn<(reason?: string) => void>();
  const started = await startRoom({ onSignedOut, ...options });
  const { room, sockets } = started;
  for (let attempt = 0; attempt < 10; attempt++) {
    const newest = sockets.at(-1);
    if (newest?.isOpen) newest.drop(1006);
    await pass(30_000);
  }
  const { connection, reason } = room.getSnapshot();
  return { ...started, onSignedOut, connection, reason };
}

useFakeClock();

describe("a `url`", () => {
  it.each(["chat.example.com", "localhost:8787", "ftp://chat.example.com", "/chat"])(
    "is refused at once where it cannot be one: %s",
    (url) => {
      expect(() => createClient({ url })).toThrow(/`url` of createClient begins with https:\/\//);
    },
  );

  it("of another server stops a room after two attempts, with the reason, and fails what waits to be sent with it", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const { room, connection, reason, sockets, onSignedOut } = await failingRoom({
      responses: { health: async () => ({ hello: "world" }) },
    });
    expect(connection).toBe("stopped");
    expect(reason).toContain("is not Lilypad");
    expect([sockets.length, onSignedOut.mock.calls.length]).toEqual([2, 0]);
    expect(report).toHaveBeenCalledOnce();
    await expect(room.send("Hello")).rejects.toThrow(/is not Lilypad/);
    room.close();
  });

  it("of another server fails a request as misconfigured", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const { client } = await startRoom({ responses: { health: async () => ({}) } });
    await expect(client.api.threads()).rejects.toMatchObject({ code: "misconfigured" });
    expect(report).toHaveBeenCalledOnce();
    client.close();
  });
});

describe("an origin that is not allowed", () => {
  it("stops presence and requests too, and is named in the console once", async () => {
    vi.stubGlobal("location", { origin: "https://app.example", href: "https://app.example/" });
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const { client, room } = await failingRoom({ responses: foreign });
    const presence = client.presence();
    const failure = client.api.threads();
    await expect(failure).rejects.toMatchObject({ code: "misconfigured" });
    expect(room.getSnapshot()).toMatchObject({ connection: "stopped" });
    expect(presence.getSnapshot().connection).toBe("connecting");
    expect(report.mock.calls.flat().join("\n")).toMatch(
      /^Lilypad: .*https:\/\/app\.example.*ALLOWED_ORIGINS.*$/,
    );
    client.close();
  });

  it("that is allowed by now connects a room that is asked to", async () => {
    vi.stubGlobal("location", { origin: "https://app.example", href: "https://app.example/" });
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { room, newest } = await failingRoom({ responses: foreign });
    room.reconnect();
    await pass();
    newest().deliver(welcome(0), history([]));
    expect(room.getSnapshot()).toMatchObject({ connection: "open", reason: undefined });
    room.close();
  });
});

describe("a `getToken`", () => {
  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /returned undefined instead of a JWT/],
    ["null", null, /returned null/],
    ["an object", { token: "x.y.z" }, /returned object/],
    ["a text that is none", "Bearer x.y.z", /returned a text that is no JWT/],
  ])("that returns %s signs out at once, with the reason", async (_what, token, reason) => {
    const onSignedOut = vi.fn<(reason?: string) => void>();
    const { room, sockets, client } = await startRoom({ getToken: () => token as string, onSignedOut });
    expect(room.getSnapshot()).toMatchObject({
      connection: "signed_out",
      reason: expect.stringMatching(reason),
    });
    expect(onSignedOut.mock.calls).toEqual([[expect.stringMatching(reason)]]);
    expect(sockets).toEqual([]);
    await expect(client.api.threads()).rejects.toMatchObject({ code: "unauthenticated" });
    client.close();
  });

  it("that throws for ever signs out after some attempts where Lilypad can be reached", async () => {
    const getToken = vi.fn<GetToken>(() => {
      throw new Error("401 from /token");
    });
    const { connection, onSignedOut, client } = await failingRoom({ getToken, responses: healthy });
    expect(connection).toBe("signed_out");
    expect(onSignedOut.mock.calls).toEqual([["getToken failed: 401 from /token"]]);
    expect(getToken).toHaveBeenCalledTimes(5);
    await expect(client.api.threads()).rejects.toMatchObject({
      code: "unauthenticated",
      message: "getToken failed: 401 from /token",
    });
    client.close();
  });

  it("that throws while nothing can be reached is asked again", async () => {
    const getToken = vi.fn<GetToken>(() => Promise.reject(new TypeError("Failed to fetch")));
    const { connection, onSignedOut, client } = await failingRoom({ getToken });
    expect([connection, onSignedOut.mock.calls.length]).toEqual(["waiting", 0]);
    await expect(client.api.threads()).rejects.toMatchObject({ code: "offline" });
    client.close();
  });

  it("whose tokens are refused signs out with what the server says is wrong with them", async () => {
    const onSignedOut = vi.fn<(reason?: string) => void>();
    const { room, newest } = await startRoom({ getToken: () => "expired", onSignedOut });
    const refuse = () =>
      newest().dispatchEvent(new CloseEvent("close", { code: 4001, reason: "it has expired" }));
    refuse();
    await pass(500);
    refuse();
    expect(room.getSnapshot()).toMatchObject({
      connection: "signed_out",
      closeCode: 4001,
      reason: "it has expired",
    });
    expect(onSignedOut.mock.calls).toEqual([["it has expired"]]);
    room.close();
  });
});

describe("a lost network", () => {
  it("is asked about once in half a minute, and waited for", async () => {
    const health = vi.fn<() => Promise<object>>().mockRejectedValue(new TypeError("Failed to fetch"));
    const { connection, reason } = await failingRoom({ responses: { health } });
    expect([connection, reason]).toEqual(["connecting", undefined]);
    expect(health.mock.calls.length).toBeLessThanOrEqual(10);
  });

  it("of a room that has been open is no fault of the URL, whatever answers in its place", async () => {
    const health = vi.fn<() => Promise<object>>().mockResolvedValue({ hello: "hotel" });
    const { room, newest } = await startRoom({ responses: { health } });
    newest().deliver(welcome(0), history([]));
    for (let attempt = 0; attempt < 5; attempt++) {
      newest().drop(1006);
      await pass(30_000);
    }
    expect(health).toHaveBeenCalled();
    expect(room.getSnapshot().connection).toBe("connecting");
    room.close();
  });
});
