/** What a room loads over HTTP besides the socket: further members, and messages that replies quote. */
import { describe, expect, it } from "vitest";
import type { Api } from "../../../src/client/http/api.ts";
import type { Meanwhile } from "../../../src/client/connection/connected-store.ts";
import { createRoomPages } from "../../../src/client/room/room-pages.ts";
import type { RoomState } from "../../../src/client/room/room-state.ts";
import { Store } from "../../../src/client/store/store.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import type { Member } from "../../../src/protocol/model.ts";
import { history, messages, NOW, roomAfter, welcome } from "../support/samples.ts";

const everyone = Array.from({ length: 450 }, (_, n): Member => ({
  user: { id: `u${n}`, name: `U${n}` },
  role: "member",
  readSeq: 0,
  joinedAt: NOW + n,
}));

/** A server of 450 members and 500 messages, that writes down what it is asked. */
function fake() {
  const asked: string[] = [];
  const api: Pick<Api, "members" | "messages"> = {
    members: async (_id, { cursor = "0", limit = 50 } = {}) => {
      asked.push(cursor);
      const end = Number(cursor) + limit;
      return {
        members: everyone.slice(Number(cursor), end),
        ...(end < everyone.length && { nextCursor: String(end) }),
      };
    },
    messages: async (_id, { around = 0 } = {}) => {
      asked.push(`around ${around}`);
      return { messages: messages(Math.max(1, around - 2), around + 2), hasBefore: true, hasAfter: true };
    },
  };
  return { api: api as Api, asked };
}

/** A room in which nothing happens while a page is on its way. */
const meanwhile: Meanwhile<ThreadEvent> = async (ask) => [await ask(), []];

describe("more members", () => {
  const room: RoomState = { ...roomAfter(welcome(0)), members: everyone.slice(0, 200), memberCount: 450 };

  it("come a page at a time, the first one only for its cursor", async () => {
    const { api, asked } = fake();
    const store = new Store(room);
    const more = createRoomPages(api, store, "t1", meanwhile);
    await more.members();
    expect(store.getSnapshot().members).toEqual(everyone.slice(0, 400));
    await more.members();
    expect(store.getSnapshot().members).toEqual(everyone);
    expect(asked).toEqual(["0", "200", "400"]);
  });

  it("begin anew after a snapshot", async () => {
    const { api, asked } = fake();
    const store = new Store(room);
    const more = createRoomPages(api, store, "t1", meanwhile);
    await more.members();
    store.set(room);
    more.restart();
    await more.members();
    expect(store.getSnapshot().members).toHaveLength(400);
    expect(asked).toEqual(["0", "200", "0", "200"]);
  });
});

describe("quotes", () => {
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  const room = roomAfter(welcome(500), history(messages(451, 500)));

  it("are asked for once, one after the other, and bring those near them that are wanted", async () => {
    const { api, asked } = fake();
    const store = new Store(room);
    const quotes = createRoomPages(api, store, "t1", meanwhile);
    for (const seq of [10, 11, 300, 10, 460]) quotes.quoted(seq);
    await settle();
    expect(asked).toEqual(["around 10", "around 300"]);
    expect(store.getSnapshot().quoted.map(({ seq }) => seq)).toEqual([10, 11, 300]);
    expect(store.getSnapshot().messages).toHaveLength(50);
  });

  it("stay away without a word where they cannot be loaded, until they are asked for again", async () => {
    const { api } = fake();
    const store = new Store(room);
    let down = true;
    const quotes = createRoomPages(
      { ...api, messages: (...ask) => (down ? Promise.reject(new Error("no")) : api.messages(...ask)) },
      store,
      "t1",
      meanwhile,
    );
    quotes.quoted(10);
    await settle();
    expect(store.getSnapshot().quoted).toEqual([]);
    down = false;
    quotes.quoted(10);
    await settle();
    expect(store.getSnapshot().quoted.map(({ seq }) => seq)).toEqual([10]);
  });
});
